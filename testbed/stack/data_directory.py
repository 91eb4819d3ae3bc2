"""PostgreSQL's data directory: inside the state, if the account can reach that."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from testbed.stack.accounts import Account
from testbed.stack.errors import StackError
from testbed.stack.state import State


@dataclass(frozen=True)
class DataDirectory:
    """A folder that the database's account can reach; a note says if it is outside the state."""

    folder: Path
    note: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def major(self) -> int | None:
        """The version that wrote the data, if there is any."""
        version = self.data / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None


def claim_data_directory(state: State, account: Account) -> DataDirectory:
    """Make the folder without opening anybody else's folder to the account."""
    if account.can_enter(state.folder):
        data_directory = DataDirectory(state.folder / "postgres")
        data_directory.folder.mkdir(mode=0o711, exist_ok=True)
        return data_directory
    data_directory = _elsewhere(state)
    data_directory.folder.mkdir(mode=0o711, exist_ok=True)
    if data_directory.folder.is_symlink() or data_directory.folder.owner() != state.folder.owner():
        raise StackError(f"{data_directory.folder} belongs to somebody else: remove it")
    if not state.has_secret("postgres"):  # the state was deleted, and its password with it
        shutil.rmtree(data_directory.data, ignore_errors=True)
    return data_directory


def _elsewhere(state: State) -> DataDirectory:
    digest = hashlib.sha256(str(state.folder).encode()).hexdigest()[:12]
    folder = Path("/var/tmp", f"cashward-{digest}")  # noqa: S108 - checked to be ours
    return DataDirectory(
        folder,
        f"PostgreSQL keeps its data in {folder}, because {state.folder}"
        " cannot be entered by the account that it runs as",
    )
