"""Tryton 8.2: the books of one company, on SQLite."""

from real.tryton.requests import changes
from real.tryton.system import Tryton

__all__ = ["changes", "system"]

system = Tryton()
