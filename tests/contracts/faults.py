"""The troubles in which a vendor surely does nothing, and what each must be told as."""

import pytest

from connectors.memory import Trouble
from ports.failures import Misconfigured, Throttled, Unreachable

in_each_trouble = pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        (Trouble.DOWN, Unreachable),
        (Trouble.THROTTLED, Throttled),
        (Trouble.LOCKED_OUT, Misconfigured),
    ],
)
