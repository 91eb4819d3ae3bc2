"""The registered webhooks of a site."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.jql import InvalidJql, parse
from testbed.vendors.jira.site import Site

LIFE_MILLIS = 30 * 24 * 3600 * 1000  # of an application's webhook


def add_webhook(site: Site, url: str, events: list[str], jql: str, **more: object) -> Doc:
    """Store a webhook: an administrator's may have a secret, an application's expires."""
    webhook: Doc = {"id": site.next_id(), "url": url, "events": events, "jql": jql}
    webhook |= {"secret": None, "application": None, "expires": None, **more}
    site.webhooks.put(webhook["id"], webhook)
    return webhook


def filter_error(jql: str) -> str:
    """The reason why a filter is invalid; empty if it is valid."""
    try:
        parse(jql)
    except InvalidJql as error:
        return str(error)
    return ""
