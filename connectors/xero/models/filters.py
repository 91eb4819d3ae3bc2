"""Xero's filter expressions (`where`), docs/accounting/requests-and-responses."""

_UNQUOTABLE = frozenset('"\\')


def equal(field: str, text: str) -> str:
    """The field reads like this, whatever the case; nothing if the text cannot be quoted.

    How Xero wants quotation marks within a text is not documented.
    """
    return f'{field}=="{text}"' if text and _UNQUOTABLE.isdisjoint(text) else ""


def starts(field: str, text: str) -> str:
    """The field begins like this. Without the first half, Xero fails on rows that lack it."""
    return f'({field}!=null AND {field}.StartsWith("{text}"))'


def all_of(*tests: str) -> str:
    return " AND ".join(filter(None, tests))


def any_of(*tests: str) -> str:
    """Any of these, each once."""
    return " OR ".join(dict.fromkeys(filter(None, tests)))
