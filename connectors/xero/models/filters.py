"""Xero's filter expressions (`where`), docs/accounting/requests-and-responses."""

_UNQUOTABLE = frozenset('"\\')


def equal(field: str, text: str) -> str:
    """Return a filter: the field equals this text in any case; nothing if it cannot be quoted.

    How Xero wants quotation marks within a text is not documented.
    """
    return f'{field}=="{text}"' if text and _UNQUOTABLE.isdisjoint(text) else ""


def starts(field: str, text: str) -> str:
    """Return a filter: the field begins like this. Xero fails on rows without it unless checked."""
    return f'({field}!=null AND {field}.StartsWith("{text}"))'


def all_of(*tests: str) -> str:
    return " AND ".join(filter(None, tests))


def any_of(*tests: str) -> str:
    """Any of these, each once."""
    return " OR ".join(dict.fromkeys(filter(None, tests)))
