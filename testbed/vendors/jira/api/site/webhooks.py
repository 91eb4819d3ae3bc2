"""Webhooks: administrators register theirs and keep them; dynamic ones are for apps."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.routes import WEBHOOKS, Endpoint
from testbed.vendors.jira.core.visit import Visit

_ADMIN = "/rest/webhooks/1.0/webhook"
_SET = ("name", "url", "events", "filters", "excludeBody", "enabled", "secret", "description")


def register(visit: Visit) -> Answer:
    visit.administrator()
    hook: Doc = {
        "enabled": True,
        "excludeBody": False,
        "filters": {},
        "secret": None,
        "description": "",
    }
    hook |= {name: visit.body[name] for name in _SET if name in visit.body}
    _check(hook)
    hook["id"] = visit.site.next_id()
    visit.site.webhooks.put(hook["id"], hook)
    return Answer(201, _view(visit, hook))


def _check(hook: Doc) -> None:
    messages = []
    if not hook.get("name"):
        messages.append("A webhook must have a name.")
    if not str(hook.get("url") or "").startswith(("http://", "https://")):
        messages.append("The URL of the webhook is not valid.")
    if not isinstance(hook.get("events"), list) or not hook["events"]:
        messages.append("A webhook must listen to at least one event.")
    if messages:
        raise refusal.say(*messages)


def _view(visit: Visit, hook: Doc) -> Doc:
    """All of it but the secret, which is never read back."""
    seen = {name: hook.get(name) for name in _SET if name != "secret"}
    address = f"{visit.base}{_ADMIN}/{hook['id']}"
    return {**seen, "self": address, "isSigned": bool(hook["secret"])}


def every(visit: Visit) -> Answer:
    visit.administrator()
    return Answer(200, [_view(visit, hook) for hook in visit.site.webhooks.values()])


def _hook(visit: Visit) -> Doc:
    visit.administrator()
    hook = visit.site.webhooks.get(visit["hook"])
    if hook is None:
        raise refusal.say(f"No webhook with id {visit['hook']} found.", status=404)
    return hook


def read(visit: Visit) -> Answer:
    return Answer(200, _view(visit, _hook(visit)))


def update(visit: Visit) -> Answer:
    hook = _hook(visit)
    hook = hook | {name: visit.body[name] for name in _SET if name in visit.body}
    _check(hook)
    visit.site.webhooks.put(hook["id"], hook)
    return Answer(200, _view(visit, hook))


def delete(visit: Visit) -> Answer:
    visit.site.webhooks.delete(_hook(visit)["id"])
    return Answer(204)


def dynamic(_: Visit) -> Answer:
    text = "Only Connect and OAuth 2.0 apps can use this operation."
    raise refusal.say(text, status=403)


ENDPOINTS = (
    Endpoint("POST", _ADMIN, WEBHOOKS, register),
    Endpoint("GET", _ADMIN, WEBHOOKS, every),
    Endpoint("GET", _ADMIN + "/{hook}", WEBHOOKS, read),
    Endpoint("PUT", _ADMIN + "/{hook}", WEBHOOKS, update),
    Endpoint("DELETE", _ADMIN + "/{hook}", WEBHOOKS, delete),
    Endpoint("POST", "/webhook", WEBHOOKS, dynamic),
    Endpoint("GET", "/webhook", WEBHOOKS, dynamic),
    Endpoint("DELETE", "/webhook", WEBHOOKS, dynamic),
)
