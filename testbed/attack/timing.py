"""Short times, in the proportions of real ones."""

from typing import Final

CALL: Final = 1.5
OPERATION: Final = 3.0
SETTLE: Final = 4.0
LATE_BY: Final = 3.0
"""A late commit lands after its caller gave up, and before the settle time is over."""
TOO_LATE_BY: Final = CALL + SETTLE + 2.0
"""A latecomer lands when its settle time is over, against what its vendor promises."""
HANG_FOR: Final = 2.0
FLIGHT: Final = 0.7
"""The longest way of a request to a vendor on this machine; longer than the deadline is late."""
BEAT: Final = 0.2
SILENCE: Final = 2.0
"""A worker that is silent for so long is given up, with all its attempts."""
STEP: Final = 12.0
"""The longest attempt of a step, which may be several operations."""
ANSWER: Final = 2.0
"""The longest that one use of PostgreSQL may take."""
