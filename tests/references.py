"""Two installations of Cashward on one account; the name of one begins like the other's."""

from typing import Final

from connectors.common import References

OURS: Final = References("acme")
THEIRS: Final = References("acme-2")
