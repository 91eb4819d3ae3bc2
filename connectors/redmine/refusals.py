"""What Redmine's refusals mean. Its sentences are translated: only the status is trusted."""

from pydantic import ValidationError

from connectors.kit import Answer
from connectors.redmine.wire import Errors
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable


class Forbidden(Misconfigured):
    """403, which is one of many: no right, an archived or closed project, a module or REST off."""


def explain(answer: Answer) -> ConnectorFailure | None:
    """The failure that a refusal means; None where its status says it all."""
    match answer.status:
        case 401:
            reason = "the API key is wrong: give Cashward one of an active account (redmine key)"
            return Misconfigured(answer.system, reason)
        case 403:
            reason = (
                "403: Cashward's account may not do this; let it administer Redmine, and switch"
                " the REST API and the project's modules on"
            )
            return Forbidden(answer.system, reason)
        case 409:
            return Unreachable(answer.system, "somebody else wrote at the same time")
        case 422:
            return _invalid(answer)
    return None


def _invalid(answer: Answer) -> ConnectorFailure | None:
    try:
        errors = Errors.model_validate_json(answer.text).errors
    except ValidationError:
        return None
    if not errors:  # how it says that a record was changed by another in the meantime
        return Unreachable(answer.system, "somebody else changed it at the same time")
    return Rejected(answer.system, answer.reason("; ".join(errors)))
