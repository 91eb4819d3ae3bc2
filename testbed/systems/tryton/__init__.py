"""Tryton 8.2: the books of one company, on SQLite."""

from testbed.systems.tryton.requests import changes
from testbed.systems.tryton.system import Tryton

__all__ = ["changes", "system"]

system = Tryton()
