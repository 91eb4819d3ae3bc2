"""The real systems we know how to run, by name.

Each is a module that says so as `system`, and tells requests that change something by `changes`.
"""

from collections.abc import Callable
from importlib import import_module

from testbed.systems.common.exchange import Request
from testbed.systems.common.system import System

NAMES = ("bottlecrm", "redmine", "tryton")


def system_named(name: str) -> System:
    """The system; its module is loaded when somebody asks for it."""
    system: System = import_module(f"testbed.systems.{name}").system
    return system


def changes_at(name: str) -> Callable[[Request], bool]:
    """Whether a request asks this system to change something."""
    changes: Callable[[Request], bool] = import_module(f"testbed.systems.{name}").changes
    return changes
