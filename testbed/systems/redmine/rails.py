"""Runs Debian's Redmine in a folder of ours, beside whatever runs on this machine."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from testbed.stack.accounts import Account
from testbed.stack.data_directory import claim_data_directory
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor

APP = Path("/usr/share/redmine")
SEED = Path(__file__).with_name("seed.rb")
LOCK = "Gemfile.lock"
# Debian's Gemfile names the database's gem only for instances that Debian set up.
_GEMFILE = f'eval_gemfile "{APP}/Gemfile"\ngem "pg"\n'
# Debian looks for an instance below its own folder: this many steps lead from there to the root.
_TO_ROOT = "../" * 8


@dataclass(frozen=True)
class Rails:
    """The application with its files in `home`, connected to one database."""

    supervisor: Supervisor
    account: Account
    home: Path
    database: str
    secret: str

    def program(self, name: str, argv: Sequence[str | Path]) -> Program:
        return Program(
            supervisor=self.supervisor,
            name=name,
            account=self.account,
            folder=APP,
            argv=list(map(str, argv)),
            settings=self._settings(),
        )

    async def run(self, name: str, *argv: str | Path) -> None:
        await self.program(name, argv).run()

    def serving(self, port: int) -> Program:
        listen = ("--bind", f"tcp://127.0.0.1:{port}", "--threads", "4:4", "--workers", "0")
        # Bundler must not choose Puma: Debian's Gemfile does not know it.
        return self.program("redmine", ["puma", "--environment", "production", "-C", "-", *listen])

    def _settings(self) -> Mapping[str, str]:
        return {
            "REDMINE_INSTANCE": f"{_TO_ROOT}{self.home.relative_to('/')}",
            "DATABASE_URL": f"postgresql://{self.database}?pool=16",
            "SECRET_KEY_BASE": self.secret,
            "BUNDLE_GEMFILE": str(self.home / "Gemfile"),
            "BUNDLER_VERSION": "2.3.15",
            "RAILS_ENV": "production",
            "RAILS_LOG_TO_STDOUT": "1",
            "SCHEMA": "/dev/null",  # a migration writes its schema into Debian's folder otherwise
            "HOME": str(self.home),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
        }


def at_home(supervisor: Supervisor, database: str, lock: Path | None) -> Rails:
    """Make Redmine's folder where its account can reach it."""
    account = Account.for_database()
    home = claim_data_directory(supervisor.state, account).folder / "redmine"
    for room in (home, *(home / name for name in ("config", "files", "log", "tmp"))):
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        account.give(room)
    for name, text in (("Gemfile", _GEMFILE), (SEED.name, SEED.read_text(encoding="utf-8"))):
        (home / name).write_text(text, encoding="utf-8")
        account.give(home / name)
    if lock:
        shutil.copyfile(lock, home / LOCK)
        account.give(home / LOCK)
    return Rails(supervisor, account, home, database, supervisor.state.secret("redmine"))
