"""Where the vendors are known to differ from their own documents, and the sandbox with them.

Each has its reason: what was seen of the live service, or what the vendor's guides say.
"""

from tests.testbed.vendors.fidelity.judging import Known

_SHORT = "live: a 207 leaves out what it does not need"
_RECORD = "* /crm/v3/objects/*"
HUBSPOT = (
    Known(_RECORD, "answer*.url", "live records carry the address of their page"),
    Known(
        _RECORD, "answer*.properties.*", "live: null for what was asked for and is not set", "None"
    ),
    Known("* /crm/v4/*", "answer*.label", "live: null for a type that has no label", "None"),
    Known(
        "* /crm/v4/*", "answer*.toObjectId", "live: a number here, text everywhere else", "[0-9]*"
    ),
    Known("*", "answer 4??.status", "live refusals begin with status: error", "'error'"),
    Known("*", "answer 404.category", "live: an unknown id has no category", "nothing"),
    Known("*", "answer 429.category", "guides: a 429 says errorType instead", "nothing"),
    Known("*", "answer 429.errorType", "guides: how a 429 looks"),
    Known("*", "answer 429.policyName", "guides: which limit was reached"),
    Known("*", "answer 429.requestId", "guides: how a 429 looks"),
    Known("*/batch/*", "answer.errors.errors", _SHORT, "nothing"),
    Known("*/batch/*", "answer.errors.links", _SHORT, "nothing"),
    Known("*/batch/read", "request.propertiesWithHistory", "guides: read without it", "nothing"),
    Known("*/search", "request.sorts", "guides: an object with the direction", "{*direction*"),
)
_ENVELOPE = "in the examples of every answer, in no model"
_LIVE_DAYS = "live documents repeat their days as text"
XERO = (
    *(
        Known("* /api.xro/2.0/*", f"answer.{name}", _ENVELOPE)
        for name in ("Id", "Status", "ProviderName", "DateTimeUTC")
    ),
    Known("*Invoices*", "answer.Invoices.*DateString", _LIVE_DAYS),
    Known("*CreditNotes*", "answer.CreditNotes.DateString", _LIVE_DAYS),
    Known("*", "answer.*.LineItems.ValidationErrors", "live lines carry the list, empty", "[[]]"),
    Known("*", "answer 400.Elements.*", "live: the refused element comes back whole"),
    Known("P*", "request.*Date", "guides: a plain ISO day is taken, too", "'????-??-??'"),
    Known("POST */{id}", "query.summarizeErrors", "guides: for every POST; the model lacks it"),
)
