"""Merges a project's charter with what people wrote."""

from typing import Final

CLOSED: Final = "CLOSED: the deal was cancelled."


def merge_charter(ours: str, theirs: str, *, is_ours: bool, closed_line: str = "") -> str:
    """Replaces our own text and keeps the text that people wrote.

    `is_ours` says whether `theirs` is still what we wrote. A closing charter passes the line
    that stands above it all; the line is not written twice.
    """
    if closed_line and theirs.startswith(closed_line.strip()):
        return theirs
    return ours if is_ours else closed_line + theirs
