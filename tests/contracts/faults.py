"""Faults that certainly change nothing, and the failure that each must raise."""

import pytest

from connectors.memory import Fault
from ports.failures import Misconfigured, Throttled, Unreachable

each_fault = pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault.DOWN, Unreachable),
        (Fault.THROTTLED, Throttled),
        (Fault.LOCKED_OUT, Misconfigured),
    ],
)
