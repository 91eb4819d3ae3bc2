"""Compares with the vendors' documents all that passed while deals ran, and beside it."""

import pytest

from tests.contracts import hubspot, xero
from tests.testbed.vendors.fidelity import hubspot_beside, hubspot_life, xero_beside, xero_life
from tests.testbed.vendors.fidelity.document import Document, document
from tests.testbed.vendors.fidelity.judging import Judge, Verdict
from tests.testbed.vendors.fidelity.known import HUBSPOT, XERO
from tests.testbed.vendors.fidelity.tape import recorded
from tests.testbed.vendors.xero.caller import opened

_HUBSPOT = (
    *("crm.objects", "crm.objects.tasks", "crm.deals", "crm.companies", "crm.contacts"),
    *("crm.line_items", "crm.associations.v4", "crm.associations.v4.schema", "crm.properties"),
    *("crm.pipelines", "oauth"),
)
_XERO = ("accounting", "identity")
_EVERY_REFUSAL = dict.fromkeys(range(400, 600), "Error")


def hubspots_document() -> Document:
    return document(f"hubspot.{name}" for name in _HUBSPOT)


def xeros_document() -> Document:
    return document(f"xero_python.{name}" for name in _XERO)


@pytest.fixture(scope="session")
async def hubspots(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    judge = Judge(hubspots_document(), _EVERY_REFUSAL, HUBSPOT)
    with recorded() as carried:
        async with hubspot.crm(tmp_path_factory.mktemp("hubspot")) as crm:
            await hubspot_life.live(crm)
    with recorded() as beside:
        async with hubspot.crm(tmp_path_factory.mktemp("hubspot")) as crm:
            await hubspot_beside.call_the_rest(crm)
    judge.hold(carried, asked_by="cashward")
    judge.hold(beside)
    return judge.verdict


@pytest.fixture(scope="session")
async def xeros(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    judge = Judge(xeros_document(), {400: "Error"}, XERO)
    with recorded() as carried:
        async with xero.erp(tmp_path_factory.mktemp("xero")) as erp:
            await xero_life.live(erp)
    with recorded() as beside:
        async with opened(tmp_path_factory.mktemp("xero")) as caller:
            await xero_beside.call_the_rest(caller)
    judge.hold(carried, asked_by="cashward")
    judge.hold(beside)
    return judge.verdict
