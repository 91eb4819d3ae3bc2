"""The product installed alone, from its lock and the files of its image, runs a worker."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from testbed.seller import SELLER

NOT_OF_THE_PRODUCT = {"starlette", "uvicorn", "pytest", "cashward-testbed"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def programs(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a Python that has the runtime lock and the product."""
    folder = tmp_path_factory.mktemp("product")
    source = folder / "source"
    _copy_what_the_image_holds(root, source)
    _run(sys.executable, "-m", "venv", folder / "venv")
    bin_ = folder / "venv/bin"
    install = (bin_ / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    _run(*install, "--require-hashes", "-r", source / "requirements.lock")
    _run(*install, "--no-deps", "--no-build-isolation", source)
    shutil.rmtree(source)
    return bin_


def _copy_what_the_image_holds(root: Path, target: Path) -> None:
    rules = (root / ".dockerignore").read_text().splitlines()
    target.mkdir()
    for name in (rule[1:] for rule in rules if rule.startswith("!")):
        if (root / name).is_dir():
            without = shutil.ignore_patterns("__pycache__")
            shutil.copytree(root / name, target / name, ignore=without)
        else:
            shutil.copy(root / name, target / name)


def _run(*argv: str | Path, **environment: str) -> str:
    ran = subprocess.run(argv, env=environment or None, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_lock_holds_nothing_of_the_testbed(programs: Path) -> None:
    listed = json.loads(_run(programs / "python", "-m", "pip", "list", "--format", "json"))
    assert NOT_OF_THE_PRODUCT & {each["name"].lower() for each in listed} == set()
    absent = "import importlib.util as u; assert not u.find_spec('testbed')"
    _run(programs / "python", "-I", "-c", absent)


@pytest.fixture
def settings(temporal: WorkflowEnvironment, database_url: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "CASHWARD_TEMPORAL__ADDRESS": temporal.client.service_client.config.target_host,
        "CASHWARD_TEMPORAL__TASK_QUEUE": "from-the-lock",
        "CASHWARD_DATABASE__URL": database_url,
        "CASHWARD_VENDORS__CRM": "memory",
        "CASHWARD_VENDORS__PM": "memory",
        "CASHWARD_VENDORS__ERP": "memory",
        "CASHWARD_POLICY__SELLER": json.dumps(SELLER),
    }


@pytest.fixture
def worker(
    programs: Path, settings: dict[str, str], tmp_path: Path
) -> Iterator["subprocess.Popen[str]"]:
    _run(programs / "cashward", "migrate", **settings)
    with subprocess.Popen(
        [programs / "cashward", "worker"],
        env=settings, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def test_a_worker_installed_from_the_lock_works(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdout
    said: list[str] = []
    for line in worker.stdout:
        said.append(line)
        if "working" in line:
            break
    else:
        pytest.fail("".join(said))
    worker.terminate()
    assert worker.wait(30) == 0
