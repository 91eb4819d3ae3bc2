"""However odd a body is, the answer is a refusal that can be read, never a mistake of ours."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testbed.vendors.hubspot.conftest import Account, opened

DEAL = "51230000017"
_WORDS = (
    "properties", "inputs", "id", "associations", "to", "from", "types", "associationCategory",
    "associationTypeId", "filterGroups", "filters", "propertyName", "operator", "value", "values",
    "sorts", "after", "limit", "idProperty", "name", "label", "type", "fieldType", "options",
    "groupName", "primaryObjectId", "objectIdToMerge", "objectWriteTraceId",
)  # fmt: skip
_LEAVES = st.sampled_from([None, True, -1, 0, 7, 5.5, "", "x", DEAL, "EQ", "amount", "dealname"])
_BODIES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_WORDS), inner),
    max_leaves=12,
)
_PATHS = [
    ("POST", "/crm/v3/objects/deals"),
    ("PATCH", f"/crm/v3/objects/deals/{DEAL}"),
    ("POST", "/crm/v3/objects/deals/merge"),
    ("POST", "/crm/v3/objects/deals/search"),
    *(("POST", f"/crm/v3/objects/deals/batch/{verb}")
      for verb in ("read", "create", "update", "upsert", "archive")),
    ("PUT", f"/crm/v4/objects/deals/{DEAL}/associations/contacts/90110000001"),
    *(("POST", f"/crm/v4/associations/deals/contacts/{what}")
      for what in ("batch/read", "batch/create", "batch/archive", "batch/associate/default",
                   "batch/labels/archive", "labels")),
    ("PUT", "/crm/v4/associations/deals/contacts/labels"),
    ("POST", "/crm/v3/properties/deals"),
    ("PATCH", "/crm/v3/properties/deals/cashward_key"),
    ("POST", "/crm/v3/properties/deals/groups"),
    *(("POST", f"/crm/v3/properties/deals/batch/{verb}") for verb in ("read", "create", "archive")),
]  # fmt: skip
_numbers = itertools.count()


async def statuses(account: Account, body: Any) -> dict[str, int]:
    shapes = (body, {"inputs": [body]}, {"properties": body}, {"filterGroups": [body]}, [body])
    answers = {}
    for shape in shapes:
        for method, path in _PATHS:
            answer = await account.http(method, path, shape)
            answers[f"{method} {path} {shape}"] = answer.status_code
    return answers


@settings(
    max_examples=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(body=_BODIES)
async def test_no_body_is_a_500(tmp_path_factory: pytest.TempPathFactory, body: Any) -> None:
    state = tmp_path_factory.mktemp(f"odd-{next(_numbers)}")
    async with opened(state) as account:
        told = await statuses(account, body)
    assert [call for call, status in told.items() if status >= 500] == []
