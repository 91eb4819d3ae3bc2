"""The real systems that we can run, by name.

Each is a module with `system`, and with `changes`, which says whether a request changes something.
"""

from collections.abc import Callable
from importlib import import_module

from testbed.systems.common.exchange import Request
from testbed.systems.common.system import System

NAMES = ("bottlecrm", "redmine", "tryton")


def system_named(name: str) -> System:
    """Return the system; its module is loaded at the first request."""
    system: System = import_module(f"testbed.systems.{name}").system
    return system


def changes_at(name: str) -> Callable[[Request], bool]:
    """Whether a request to this system changes something."""
    changes: Callable[[Request], bool] = import_module(f"testbed.systems.{name}").changes
    return changes
