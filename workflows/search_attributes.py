"""The search attributes by which people find runs in the Temporal UI."""

from typing import Any, Final

from temporalio.common import SearchAttributeKey

DEAL_STAGE: Final = SearchAttributeKey.for_keyword("DealStage")
DEAL_VALUE: Final = SearchAttributeKey.for_float("DealValue")
CUSTOMER: Final = SearchAttributeKey.for_keyword("Customer")
PROJECT_KEY: Final = SearchAttributeKey.for_keyword("ProjectKey")
NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool("NeedsAttention")
OWNER: Final = SearchAttributeKey.for_keyword("Owner")

ALL: Final[tuple[SearchAttributeKey[Any], ...]] = (
    DEAL_STAGE,
    DEAL_VALUE,
    CUSTOMER,
    PROJECT_KEY,
    NEEDS_ATTENTION,
    OWNER,
)
