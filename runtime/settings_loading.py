"""Reads the settings of this process, and says of each wrong one which it is and what would do."""

import json
import os
from tomllib import TOMLDecodeError
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsError

from runtime.settings import FILE, PREFIX, InvalidSettings, Settings

_OF_OTHERS: Final = frozenset({"STATE", "REAL_CACHE", "VERSION", "DB_BUFFERS"})
"""Variables with our prefix that are no settings: of the local stack, of `real`, of Compose."""


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsProblem naming each wrong one and its value."""
    _refuse_misspelt()
    try:
        return Settings()
    except ValidationError as wrong:
        raise InvalidSettings(explain(wrong, PREFIX)) from wrong
    except SettingsError as wrong:
        raise InvalidSettings(_no_json(str(wrong))) from wrong
    except TOMLDecodeError as wrong:
        raise InvalidSettings(f"{FILE} is no TOML: {wrong}") from wrong


def explain(wrong: ValidationError, prefix: str) -> str:
    """Each problem on a line, by its setting; values are not repeated: they may be secret."""
    lines = []
    for error in wrong.errors(include_input=False, include_url=False):
        name = prefix + "__".join(str(part) for part in error["loc"]).upper()
        said = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            said = "there is no such setting"
        lines.append(f"{name.rstrip('_')}: {said}")
    return "\n".join(lines)


def _refuse_misspelt() -> None:
    """The source of the environment overlooks names that begin like none of our settings."""
    known = {name.upper() for name in Settings.model_fields} | _OF_OTHERS
    given = (name for name in sorted(os.environ) if name.startswith(PREFIX))
    wrong = [name for name in given if name.removeprefix(PREFIX).split("__")[0] not in known]
    if wrong:
        raise InvalidSettings("\n".join(f"{name}: there is no such setting" for name in wrong))


def _no_json(said: str) -> str:
    """The source names only the group, so we look for who is meant ourselves."""
    suspects = [
        name
        for name, value in sorted(os.environ.items())
        if name.startswith(PREFIX) and value[:1] in ("[", "{") and not _is_json(value)
    ]
    return (
        f'{", ".join(suspects) or said}: a list or table must be JSON, such as {{"key": "value"}}'
    )


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
