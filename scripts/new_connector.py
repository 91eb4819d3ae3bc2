"""Lay out a new connector by the skeleton that all connectors have.

The stubs are read off the ports, and the harness off the contract suite, so they keep step with
both. Each stub says where its promise is made and where a filled one is.
"""

import argparse
import ast
import copy
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"[a-z][a-z0-9]*")
_KIND = re.compile(r'kind = EffectKind\("([a-z.]+)"\)')
Member = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Role:
    """The protocols of a port that a connector fills, and the connector to learn from."""

    protocols: tuple[str, ...]
    model: str


ROLES = {
    "crm": Role(("Crm",), "hubspot"),
    "pm": Role(("Pm",), "jira"),
    "erp": Role(("Customers", "Invoicing"), "xero"),
}

_PACKAGE = {
    "__init__.py": '''"""$title: say here what kind of system it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.common import Connector, References, Roles
from connectors.$name.client import SYSTEM, open_client
from connectors.$name.$role import $classes
from connectors.$name.records import ${title}Records
from connectors.$name.settings import ${title}Settings

__all__ = ["${title}Settings", "connector", "open_$name"]


@asynccontextmanager
async def open_$name(settings: ${title}Settings, references: References) -> AsyncIterator[Roles]:
    async with open_client(settings, references) as client:
        records = ${title}Records(client)
        yield Roles($roles, $records)


connector = Connector(SYSTEM, ${title}Settings, open_$name)
''',
    "settings.py": '''"""The settings of the $title connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from connectors.common import Secret, SiteSettings, require_secret


class ${title}Settings(SiteSettings):
    """The token of Cashward's account, in the settings or in a file."""

    # Measure it: how long after a lost call may its change still appear?
    default_settle_time = timedelta(minutes=2)
    token: SecretStr | None = None
    token_file: Path | None = None

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    def secret(self) -> Secret:
        """The reader of the token."""
        return require_secret(self.token, self.token_file, "$title needs token or token_file")
''',
    "client.py": '''"""The calls that the $title connector makes: sign-in, base URL, paging."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from connectors.$name.errors import explain
from connectors.$name.settings import ${title}Settings
from connectors.common import Api, ApiProfile, References, StaticBearer, VendorClient, open_http

SYSTEM: Final = "$name"
_PROFILE = ApiProfile(explain=explain, pause=timedelta(seconds=5), request_id="X-Request-Id")


class ${title}Client(VendorClient[${title}Settings]):
    """The calls to one account. Reads whole lists, page after page."""

    async def read_tenant(self) -> str:
        """The account's id, if the vendor has one: an address may change."""
        return self.settings.place


@asynccontextmanager
async def open_client(
    settings: ${title}Settings, references: References
) -> AsyncIterator[${title}Client]:
    """Sends nothing before the first call."""
    async with open_http(settings.url, settings.http) as http:
        auth = StaticBearer(SYSTEM, settings.secret())
        yield ${title}Client(Api(SYSTEM, http, auth, _PROFILE), settings, references)
''',
    "errors.py": '''"""The failures that $title's error responses mean."""

from connectors.common import Response
from ports.failures import ConnectorFailure


def explain(response: Response) -> ConnectorFailure | None:
    """The failure that an error response means; None where its status says it all."""
    del response
    return None
''',
    "models.py": '''"""$title's JSON and its translation, here and nowhere else."""

from pydantic import BaseModel, ConfigDict


class ${title}Model(BaseModel):
    """The fields that we read of a JSON object; the others are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
''',
    "records.py": '''"""Our records in $title, as its lists have them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from connectors.$name.client import ${title}Client
from connectors.common import VendorRecords
from domain.effect import EffectKind
from domain.ids import DealId, ExternalId
from domain.reconciliation import WrittenRevenue
from domain.vendor_record import VendorRecord

_SEE = "see ports/records.py, connectors/$model/records.py"


class ${title}Records(VendorRecords[${title}Client]):
    """Say here how they are found by our reference."""

    kinds: Sequence[EffectKind] = ()

    def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        raise NotImplementedError(f"fill changed_since: {_SEE}")

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        raise NotImplementedError(f"fill read: {_SEE}")

    async def remove(self, record: VendorRecord) -> None:
        raise NotImplementedError(f"fill remove: {_SEE}")
$revenue''',
    "setup.py": '''"""What $title needs before the first deal, and how a connection is checked."""

from collections.abc import Sequence

from connectors.$name.client import ${title}Client
from ports.probe import Probe

$setup''',
    "operations/__init__.py": '''"""What Cashward changes in $title."""
''',
}
_SETUP = {
    "set_up": '''
async def set_up(client: ${title}Client, *, dry_run: bool) -> Sequence[str]:
    """Makes the fields that are missing; a repeat changes nothing."""
    raise NotImplementedError("fill set_up: see ports/crm.py, connectors/$model/setup.py")

''',
    "probe": '''
async def probe(client: ${title}Client) -> Probe:
    """Raises Misconfigured if we cannot sign in; what a person must set up is a problem."""
    raise NotImplementedError("fill probe: see ports/probe.py, connectors/$model/setup.py")
''',
}
_REVENUE = """
    async def revenue(self, deal: DealId) -> WrittenRevenue | None:
        raise NotImplementedError(f"fill revenue: {_SEE}")
"""
_OPERATION = '''"""Say here what it does, and how it is found again; see ports/operation.py."""

$imports
from collections.abc import Sequence

from connectors.$name.client import ${title}Client
from connectors.common import VendorOperation
from domain.effect import EffectKind, Receipt, Strategy
from ports.operation import Attempt


class ${operation}Operation(VendorOperation[${title}Client]):
    """Say here what a repeat does at $title. A search first is the pessimistic strategy."""

    kind = EffectKind("$kind")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: $command, attempt: Attempt) -> Receipt:
        raise NotImplementedError("fill $member.do: $see")

    async def find(self, command: $command) -> Sequence[Receipt]:
        raise NotImplementedError("fill $member.find: $see")

    async def undo(self, command: $command, receipt: Receipt) -> None:
        raise NotImplementedError("fill $member.undo: $see")
'''
_HARNESS = '''@asynccontextmanager
async def $role(folder: Path) -> AsyncIterator[${title}$protocol]:
    """An empty account in a sandbox under `folder`, as tests/contracts/$model.py has it."""
    del folder
    yield ${title}$protocol()
'''


@dataclass(frozen=True)
class Layout:
    """The files of one new connector in one role."""

    name: str
    role: str

    @property
    def title(self) -> str:
        return self.name.capitalize()

    @property
    def package(self) -> Path:
        return ROOT / "connectors" / self.name

    @property
    def harness(self) -> Path:
        return ROOT / f"tests/contracts/{self.name}.py"

    def files(self) -> Iterator[tuple[Path, str]]:
        for path, text in _PACKAGE.items():
            yield self.package / path, self._filled(text)
        yield self.package / f"{self.role}.py", self._role_file()
        for member in self._operations():
            yield self.package / f"operations/{member.name}.py", self._operation_file(member)
        yield self.harness, self._harness_file()

    @property
    def _port(self) -> str:
        return f"ports/{self.role}.py"

    @property
    def _protocols(self) -> list[ast.ClassDef]:
        return [_protocol(_tree(self._port), name) for name in ROLES[self.role].protocols]

    def _operations(self) -> Iterator[Member]:
        """The members of the port that are operations."""
        for protocol in self._protocols:
            yield from (member for member in _members(protocol) if _command(member))

    def _filled(self, text: str, **more: str) -> str:
        role = ROLES[self.role]
        players = {p: f"{self.title}{p}" for p in role.protocols}
        members = {member.name for p in self._protocols for member in _members(p)}
        setup = "".join(text for name, text in _SETUP.items() if name in members)
        known = {
            "name": self.name,
            "title": self.title,
            "role": self.role,
            "model": role.model,
            "classes": ", ".join(sorted(players.values())),
            "roles": ", ".join(f"{p.lower()}={made}(client)" for p, made in players.items()),
        }
        filled = [f"{self.role}_records", *(["crm_revenue"] if self.role == "crm" else [])]
        known["records"] = ", ".join(f"{role}=records" for role in filled)
        known["revenue"] = _REVENUE if self.role == "crm" else ""
        known["setup"] = Template(setup).substitute(known)
        return Template(text).substitute({**known, **more})

    def _role_file(self) -> str:
        tree = _tree(self._port)
        own = [
            f"from connectors.{self.name}.client import {self.title}Client",
            f"from connectors.{self.name}.setup import probe, set_up",
            "from connectors.common import capabilities",
            *(
                f"from connectors.{self.name}.operations.{m.name} import {_camel(m.name)}Operation"
                for m in self._operations()
            ),
        ]
        classes = "\n\n\n".join(self._role_class(protocol) for protocol in self._protocols)
        doc = f'"""{self.title} in the role of {self.role}."""'
        imports = [*_imports(tree, self._port), *own]
        return "\n".join([doc, "", *imports, "", "", classes])

    def _role_class(self, protocol: ast.ClassDef) -> str:
        members = list(_members(protocol))
        operations = [member.name for member in members if _command(member)]
        lines = [
            f"class {self.title}{protocol.name}:",
            f'    """{_promise(protocol)}"""',
            "",
            f"    def __init__(self, client: {self.title}Client) -> None:",
            "        self._client = client",
            *(f"        self.{o} = {_camel(o)}Operation(client)" for o in operations),
        ]
        if any(member.name == "capabilities" for member in members):
            given = ", ".join(f"self.{operation}" for operation in operations)
            lines.append(f"        self.capabilities = capabilities({given})")
        see = f"see {self._port}, connectors/{ROLES[self.role].model}/{self.role}.py"
        for member in members:
            if member.name in _SETUP:
                call = ast.unparse(_call(member.name, ["self._client"], member))
                lines += ["", *_stub(member, f"return await {call}")]
            elif member.name not in {"capabilities", *operations}:
                todo = f"fill {protocol.name}.{member.name}: {see}"
                lines += ["", *_stub(member, f"raise NotImplementedError({todo!r})")]
        return "\n".join([*lines, ""])

    def _operation_file(self, member: Member) -> str:
        model = f"connectors/{ROLES[self.role].model}/operations/{member.name}.py"
        kind = _KIND.search((ROOT / model).read_text(encoding="utf-8"))
        assert kind, model  # noqa: S101 - every operation has a permanent kind
        return self._filled(
            _OPERATION,
            imports="\n".join(_imports(_tree(self._port), self._port)),
            operation=_camel(member.name),
            member=member.name,
            command=_command(member),
            kind=kind[1],
            see=f"see {model}",
        )

    def _harness_file(self) -> str:
        name = f"{self.role.capitalize()}Harness"
        source, model = f"tests/contracts/{self.role}_harness.py", ROLES[self.role].model
        tree = _tree(source)
        protocol = _protocol(tree, name)
        lines = [f"class {self.title}{name}:", f'    """{_promise(protocol)}"""']
        for member in _members(protocol):
            todo = f"fill {name}.{member.name}: see tests/contracts/{model}.py"
            lines += ["", *_stub(member, f"raise NotImplementedError({todo!r})")]
        imports = [
            *_imports(tree, source),
            "from collections.abc import AsyncIterator",
            "from contextlib import asynccontextmanager",
            "from pathlib import Path",
        ]
        doc = f'"""{self.title} as its people use it, and its faults: {source} has the promises."""'
        opening = self._filled(_HARNESS, protocol=name)
        return "\n".join([doc, "", *imports, "", "", *lines, "", "", opening])


def main() -> None:
    """Write the connector and its harness, and say which lines to add."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="the vendor, such as `pipedrive`: lower case, no hyphen")
    parser.add_argument("--role", choices=sorted(ROLES), default="crm", help="the role it fills")
    asked = parser.parse_args()
    if not _NAME.fullmatch(asked.name):
        parser.error(f"{asked.name!r} is no name for a package: use lower case letters and digits")
    layout = Layout(asked.name, asked.role)
    if layout.package.exists():
        parser.error(f"connectors/{asked.name} is there already")
    files = dict(layout.files())
    (layout.package / "operations").mkdir(parents=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    _tidy(files)
    sys.stdout.write(
        f"made connectors/{asked.name}/ and tests/contracts/{asked.name}.py; two lines are yours:\n"
        f'  connectors/catalog.py        "{asked.name}",   among _VENDORS\n'
        f'  tests/contracts/conftest.py  "{asked.name}",   among the players of {asked.role}\n'
        f"then: make test ARGS='tests/contracts -k {asked.name} -x'\n"
        "docs/connectors.md, Another vendor, has the way from here\n"
    )


def _tree(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


def _protocol(tree: ast.Module, name: str) -> ast.ClassDef:
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


def _promise(protocol: ast.ClassDef) -> str:
    """The first line of its docstring."""
    return (ast.get_docstring(protocol) or "").partition("\n")[0]


def _members(protocol: ast.ClassDef) -> Iterator[Member]:
    yield from (member for member in protocol.body if isinstance(member, Member))


def _command(member: Member) -> str:
    """The type of the commands that an operation takes; empty if the member is no operation."""
    match member.returns:
        case ast.Subscript(value=ast.Name(id="Operation"), slice=ast.Name(id=command)):
            return command
    return ""


def _call(name: str, first: Sequence[str], member: Member) -> ast.expr:
    """A call of a function with the member's own arguments after the first ones."""
    given = [*first, *(arg.arg for arg in member.args.args[1:])]
    named = [f"{arg.arg}={arg.arg}" for arg in member.args.kwonlyargs]
    return ast.parse(f"{name}({', '.join([*given, *named])})", mode="eval").body


def _stub(member: Member, body: str) -> Iterator[str]:
    """The member's own signature over this body; its promise stays where it is made."""
    bare = copy.copy(member)
    bare.body = [ast.parse(f"async def _():\n    {body}").body[0].body[0]]  # type: ignore[attr-defined]
    for line in ast.unparse(bare).splitlines():
        yield f"    {line}"


def _imports(tree: ast.Module, source: str) -> list[str]:
    """All that the source imports, and its own values; ruff removes what is too much."""
    given = [ast.unparse(n) for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    module = source.removesuffix(".py").replace("/", ".")
    return given + [f"from {module} import {name}" for node in tree.body for name in _names(node)]


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module defines for others."""
    match node:
        case ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _tidy(paths: Iterable[Path]) -> None:
    """Removes unused imports, sorts the others, and formats all files."""
    ruff = [sys.executable, "-m", "ruff"]
    files = [str(path) for path in paths]
    subprocess.run([*ruff, "check", "--quiet", "--fix", *files], cwd=ROOT, check=False)
    subprocess.run([*ruff, "format", "--quiet", *files], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
