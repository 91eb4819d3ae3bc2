"""Change a package in small ways, and count the changes that no test notices.

mutmut skips decorated functions, and activities and workflows consist of them. So each mutant is
made with mutmut's operators in a copy of the project, and its tests run there. A sample is tested,
and a fixed seed chooses it: a mutant that survives costs minutes.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, OuterFunctionProvider
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).resolve().parent.parent
COPIES = ROOT / "build" / "mutants"
STORIES = (
    "deal_to_cash",
    "cancelling",
    "parking",
    "reversals",
    "terminated",
    "long_lives",
    "crm_watch",
)
# Tests that see most come first. Replay of kept histories is left out: it notices that code has
# changed, and not that code is wrong.
TESTS = {
    "activities": ("tests/activities", "tests/simulation"),
    "workflows": ("tests/workflows/test_steps.py", "tests/workflows/test_task_queues.py"),
}
BOTH = (
    *(f"tests/workflows/test_{story}.py" for story in STORIES),
    *(f"tests/workflows/test_{story}.py" for story in ("overdue", "owner", "polling")),
    "tests/application",
)
LONGEST = 1800
"""Seconds. A mutant that needs longer never ends."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: Path
    line: int
    module: cst.Module
    mutation: Mutation

    def __str__(self) -> str:
        before, after = map(_text, (self.mutation.original_node, self.mutation.mutated_node))
        return f"{self.file}:{self.line}: {before} -> {after}"

    @property
    def code(self) -> str:
        """The changed file."""
        mutation = self.mutation
        changed = self.module.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)  # noqa: S101 - a module's inner node was replaced
        return changed.code


class Mutations(MutationVisitor):
    """Finds mutations inside functions, decorated or not."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self.lines: list[int] = []

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        return bool(super()._skip_node_and_children(node))

    def _should_mutate_node(self, node: cst.CSTNode) -> bool:
        outer = self.get_metadata(OuterFunctionProvider, node, None)
        return isinstance(outer, cst.FunctionDef) and node is not outer

    def _create_mutations(self, node: cst.CSTNode) -> None:
        super()._create_mutations(node)
        place = self.get_metadata(PositionProvider, node, None)
        self.lines += [place.start.line if place else 0] * (len(self.mutations) - len(self.lines))


def mutants_of(package: str) -> Iterator[Mutant]:
    for path in sorted((ROOT / package).rglob("*.py")):
        found = Mutations()
        module = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8"))).visit(found)
        for mutation, line in zip(found.mutations, found.lines, strict=True):
            yield Mutant(path.relative_to(ROOT), line, module, mutation)


def _text(node: cst.CSTNode) -> str:
    return " ".join(cst.Module(body=()).code_for_node(node).split())


@contextmanager
def copies(number: int, tests: tuple[str, ...]) -> Iterator["SimpleQueue[Path]"]:
    """Copies of the project, compiled and tested, one for each mutant that is tested at a time."""
    first, free = COPIES / "0", SimpleQueue[Path]()
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)  # noqa: S607
    try:
        for name in filter(None, tracked.split("\0")):
            (first / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, first / name)
        if not passes(first, tests):
            log = (first / "log").read_text(encoding="utf-8")
            raise SystemExit(f"{log}\nthe tests fail without any change: mend them first")
        free.put(first)
        for each in range(1, number):
            free.put(Path(shutil.copytree(first, COPIES / str(each))))
        yield free
    finally:
        shutil.rmtree(COPIES)


def passes(copy: Path, tests: tuple[str, ...]) -> bool:
    """Whether all tests pass in this copy of the project."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--timeout=60", "-p", "no:cacheprovider"]
    command += ["-m", "not slow and not real", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with (
        (copy / "log").open("wb") as log,
        subprocess.Popen(
            command, cwd=copy, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            return process.wait(LONGEST) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return False


def survives(mutant: Mutant, free: "SimpleQueue[Path]", tests: tuple[str, ...]) -> bool:
    copy = free.get()
    file = copy / mutant.file
    original = file.read_text(encoding="utf-8")
    try:
        file.write_text(mutant.code, encoding="utf-8")
        _forget_compiled(file)
        killer = "" if passes(copy, tests) else _killer(copy)
        # A test that fails on a busy machine only would count as one that noticed.
        survived = not killer or ("::" in killer and passes(copy, (killer,)))
        print("SURVIVED" if survived else f"killed by {killer}", mutant, flush=True)
        return survived
    finally:
        file.write_text(original, encoding="utf-8")
        _forget_compiled(file)
        free.put(copy)


def _killer(copy: Path) -> str:
    """The test that failed first."""
    log = (copy / "log").read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", log, re.MULTILINE)
    return found[1] if found else "a run without end"


def _forget_compiled(file: Path) -> None:
    """Python trusts compiled code whose source has the same size and time in seconds."""
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("--sample", type=int, default=40, help="how many mutants to test")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    tests = (*TESTS[given.package], *BOTH)
    every = list(mutants_of(given.package))
    sample = random.Random(given.seed).sample(every, min(given.sample, len(every)))  # noqa: S311
    with copies(given.jobs, tests) as free, ThreadPoolExecutor(given.jobs) as pool:
        survivors = sum(pool.map(lambda each: survives(each, free, tests), sample))
    killed = len(sample) - survivors
    print(
        f"{given.package}: {killed} of {len(sample)} mutants killed ({killed / len(sample):.0%}),"
        f" a sample of {len(every)} by seed {given.seed}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
