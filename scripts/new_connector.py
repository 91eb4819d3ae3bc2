"""Lay out a new connector: every member of its port as a stub that says what is to be done.

The stubs are read off the ports, and the bench off the contract suite, so they keep step with both.
"""

import argparse
import ast
import copy
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True)
class Part:
    """A class of ours to fill: the Protocol that says how, and a filled one to learn from."""

    protocol: str
    source: str
    model: str
    takes_api: bool = True


ROLES = {
    "crm": (Part("Crm", "ports/crm.py", "connectors/hubspot"),),
    "pm": (Part("Pm", "ports/pm.py", "connectors/jira"),),
    "erp": (
        Part("Customers", "ports/erp.py", "connectors/xero"),
        Part("Invoicing", "ports/erp.py", "connectors/xero"),
    ),
}
BENCHES = {
    role: Part(
        f"{role.capitalize()}Harness", f"tests/contracts/{role}_harness.py", model, takes_api=False
    )
    for role, model in {
        "crm": "hubspot.py",
        "pm": "jira.py",
        "erp": "xero.py",
    }.items()
}


def main() -> None:
    """Write the connector and its bench, and say which lines to add."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="the vendor, such as `pipedrive`: lower case, no hyphen")
    parser.add_argument("--role", choices=sorted(ROLES), default="crm", help="what it plays")
    asked = parser.parse_args()
    if not _NAME.fullmatch(asked.name):
        parser.error(f"{asked.name!r} is no name for a package: use lower case letters and digits")
    package = ROOT / "connectors" / asked.name
    if package.exists():
        parser.error(f"connectors/{asked.name} is there already")
    package.mkdir()
    made = {
        package / "__init__.py": _opening(asked.name, asked.role),
        package / f"{asked.role}.py": _stubs(asked.name, asked.role),
        ROOT / f"tests/contracts/{asked.name}.py": _bench(asked.name, asked.role),
    }
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    _tidy(*made)
    sys.stdout.write(
        f"made connectors/{asked.name}/ and tests/contracts/{asked.name}.py; two lines are yours:\n"
        f'  connectors/catalog.py        "{asked.name}",   among _VENDORS\n'
        f'  tests/contracts/conftest.py  "{asked.name}",   among the players of {asked.role}\n'
        f"then: make test ARGS='tests/contracts/test_{asked.role}.py -k {asked.name} -x'\n"
    )


def _opening(name: str, role: str) -> str:
    title, parts = name.capitalize(), ROLES[role]
    players = {p.protocol: f"{title}{p.protocol}" for p in parts}
    given = ", ".join(f"{p.lower()}={made}(api)" for p, made in players.items())
    return f'''"""{title}. Say here what kind of system it is, and which edition this speaks to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, SecretStr

from connectors.{name}.{role} import {", ".join(sorted(players.values()))}
from connectors.common import (
    Response,
    Api,
    Connector,
    HttpSettings,
    ApiProfile,
    Roles,
    StaticBearer,
    open_http,
)
from ports.failures import ConnectorFailure

__all__ = ["{title}Settings", "connector", "open_{name}"]

_SYSTEM = "{name}"


def _explain(response: Response) -> ConnectorFailure | None:
    """The failure that the vendor's error body tells of; None leaves it to the HTTP status."""
    del response
    return None


_PROFILE = ApiProfile(explain=_explain, pause=timedelta(seconds=5), request_id="X-Request-Id")


class {title}Settings(BaseModel):
    """Where the account is, and the token of Cashward's user there."""

    model_config = ConfigDict(extra="forbid")

    url: str
    token: SecretStr
    http: HttpSettings = HttpSettings()


@asynccontextmanager
async def open_{name}(settings: {title}Settings) -> AsyncIterator[Roles]:
    """The role of {role}, ready; no call is made before there is work."""
    async with open_http(settings.url, settings.http) as http:
        auth = StaticBearer(_SYSTEM, settings.token.get_secret_value)
        api = Api(_SYSTEM, http, auth, settings.http.timeout_seconds, _PROFILE)
        yield Roles({given})


connector = Connector(_SYSTEM, {title}Settings, open_{name})
'''


def _stubs(name: str, role: str) -> str:
    title, parts = name.capitalize(), ROLES[role]
    tree = ast.parse((ROOT / parts[0].source).read_text(encoding="utf-8"))
    classes = "\n\n\n".join(_class(title, part, tree) for part in parts)
    imports = [*_imports(tree, parts), "from connectors.common import Api"]
    return "\n".join([f'"""{title} in the role of {role}."""', "", *imports, "", "", classes])


def _bench(name: str, role: str) -> str:
    title, bench = name.capitalize(), BENCHES[role]
    tree = ast.parse((ROOT / bench.source).read_text(encoding="utf-8"))
    imports = [
        *_imports(tree, (bench,)),
        "from collections.abc import AsyncIterator",
        "from contextlib import asynccontextmanager",
        "from pathlib import Path",
    ]
    opening = f'''@asynccontextmanager
async def {role}(folder: Path) -> AsyncIterator[{title}{bench.protocol}]:
    """An empty account in a sandbox under `folder`, as tests/contracts/{bench.model} has it."""
    del folder
    yield {title}{bench.protocol}()
'''
    told = f'"""{title} in the hands of people, and how to bring it into trouble."""'
    return "\n".join([told, "", *imports, "", "", _class(title, bench, tree), "", "", opening])


def _class(title: str, part: Part, tree: ast.Module) -> str:
    """The Protocol's members, each a stub that says where a filled one is."""
    protocol = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == part.protocol)
    promise = (ast.get_docstring(protocol) or "").partition("\n")[0]
    lines = [f"class {title}{part.protocol}:", f'    """{promise}"""', ""]
    if part.takes_api:
        lines += ["    def __init__(self, api: Api) -> None:", "        self._api = api", ""]
    for member in protocol.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            lines += [*_stub(member, part), ""]
    return "\n".join(lines)


def _stub(member: ast.FunctionDef | ast.AsyncFunctionDef, part: Part) -> Iterator[str]:
    """The member's own signature; its promise stays where it is made."""
    todo = f"fill {part.protocol}.{member.name}: see {part.source}, {part.model}"
    bare = copy.copy(member)
    bare.body = [ast.parse(f"raise NotImplementedError({todo!r})").body[0]]
    for line in ast.unparse(bare).splitlines():
        yield f"    {line}"


def _imports(tree: ast.Module, parts: Sequence[Part]) -> list[str]:
    """All that the source imports, and its own values; what is too much is taken out after."""
    given = [ast.unparse(n) for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    module = parts[0].source.removesuffix(".py").replace("/", ".")
    filled = {part.protocol for part in parts}
    own = [name for node in tree.body for name in _names(node) if name not in filled]
    return given + [f"from {module} import {name}" for name in own]


def _names(node: ast.stmt) -> Iterator[str]:
    """What a statement of a module defines for others."""
    match node:
        case ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _tidy(*made: Path) -> None:
    """Unused imports out, the rest in order, everything in the house's format."""
    ruff = [sys.executable, "-m", "ruff"]
    files = [str(path) for path in made]
    subprocess.run([*ruff, "check", "--quiet", "--fix", *files], cwd=ROOT, check=False)
    subprocess.run([*ruff, "format", "--quiet", *files], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
