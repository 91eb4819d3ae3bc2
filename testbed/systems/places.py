"""The folders of the real systems of this machine."""

import os
from pathlib import Path


def cache() -> Path:
    """Return the cache, which is outside any checkout and may be deleted."""
    chosen = os.environ.get("CASHWARD_REAL_CACHE")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "cashward" / "real"


def size(folder: Path) -> int:
    """Return the bytes on disk; count a file with two links once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            seen[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(seen.values())
