"""A worker of the release before works on the present schema, while the new ones start."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from domain.effect import EffectState
from store import Store
from testbed.stack.postgres import as_worker
from tests.store.values import deal

RELEASE_BEFORE = "1e329ea0"
"""The commit whose workers may still run while this one's schema is in place."""
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the release before."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    rooms = ("domain", "ports", "store")
    command = [git, "archive", RELEASE_BEFORE, *rooms]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"this clone lacks {RELEASE_BEFORE}: git fetch --unshallow")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    shutil.copy(Path(__file__).with_name("release_before.py"), folder)
    return folder


async def test_a_worker_of_the_release_before_works_on_the_present_schema(
    code: Path, database_url: str, store: Store
) -> None:
    ran = subprocess.run(
        [sys.executable, "release_before.py", as_worker(database_url)],
        cwd=code, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    effects = await store.effect_ledger.of_deal(deal("before"))
    assert [effect.state for effect in effects] == [EffectState.DONE, EffectState.REVERSED]
    trail = await store.audit_trail.of_deal(deal("before"))
    kinds = [entry.entity for entry in trail]
    assert kinds.count("command") == 1
    assert {"contract", "bill", "charge", "credit", "attention", "erp.invoice", "link"} <= set(
        kinds
    )
    [begun] = [e for e in trail if e.entity == "erp.invoice" and e.to_state == "in_flight"]
    assert begun.key == "hubspot:before:m1:r1"
    assert begun.workflow == "billing:hubspot:before:m1:r1"
    assert begun.actor == "cashward"
