"""Every connector has the same files, so that a reader of one knows them all."""

from pathlib import Path

import pytest

import connectors
from connectors.catalog import CATALOG

ROOT = Path(connectors.__path__[0])
ROLES = {
    "crm.py": {"write_back", "owner_task"},
    "pm.py": {"open_project", "write_charter", "plan_milestones", "plan_work", "staff_project"},
    "erp.py": {"open_customer", "draft_invoice", "credit_invoice"},
}
VENDORS = sorted(CATALOG)
EVERY = {"__init__.py", "settings.py", "setup.py", "records.py", "operations"}
OVER_HTTP = {"client.py", "errors.py"}
# An ERP's chart of accounts chooses taxes, and its documents are read for both operations.
EXTRA = {
    "memory": {"world.py", "documents.py"},
    "xero": {"chart.py", "documents.py"},
    "tryton": {"chart.py", "documents.py"},
}
BASES = {"memory": {"base", "project_part"}}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != "__pycache__"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_connector_has_the_files_of_the_skeleton_and_no_others(vendor: str) -> None:
    found = names(ROOT / vendor)
    roles = found & ROLES.keys()
    models = {"models.py", "models"} & found
    expected = EVERY | EXTRA.get(vendor, set()) | roles | models
    if vendor != "memory":
        expected |= OVER_HTTP
        assert len(models) == 1
    assert roles
    assert found == expected


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_operation_of_a_role_has_its_own_file(vendor: str) -> None:
    roles = names(ROOT / vendor) & ROLES.keys()
    expected = set().union(*(ROLES[role] for role in roles))
    found = {path.stem for path in (ROOT / vendor / "operations").glob("*.py")} - {"__init__"}
    assert found - BASES.get(vendor, set()) == expected
