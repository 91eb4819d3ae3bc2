"""How failures reach Temporal, and so the attention queue."""

from temporalio.exceptions import ApplicationError

from connectors.jira.errors import Taken
from domain.refusal import Refusal
from runtime.activity_interceptor import to_temporal_failure


def test_a_failure_that_one_connector_knows_goes_by_the_ports_name() -> None:
    mapped = to_temporal_failure(Taken("jira", "the key is taken"))
    assert isinstance(mapped, ApplicationError)
    assert (mapped.type, mapped.non_retryable) == ("Rejected", True)


def test_a_refusal_is_final_and_keeps_its_words() -> None:
    mapped = to_temporal_failure(Refusal("m1 is claimed already"))
    assert isinstance(mapped, ApplicationError)
    assert (mapped.type, mapped.non_retryable, mapped.message) == (
        "Refusal",
        True,
        "m1 is claimed already",
    )


def test_what_nobody_foresaw_stays_as_it_is() -> None:
    unforeseen = KeyError("m1")
    assert to_temporal_failure(unforeseen) is unforeseen
