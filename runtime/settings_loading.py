"""Reads the settings of this process, and says of each wrong one what would be right."""

import json
import os
from tomllib import TOMLDecodeError
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsError

from runtime.settings import FILE, PREFIX, InvalidSettings, Settings

_OF_OTHERS: Final = frozenset({"STATE", "REAL_CACHE", "VERSION", "DB_BUFFERS"})
"""Variables with our prefix that are no settings: of the testbed and of Compose."""


def read_settings() -> Settings:
    """Read the settings of this process. Raises InvalidSettings naming each wrong one."""
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
    """Describe each problem on a line, without the value, which may be secret."""
    lines = []
    for error in wrong.errors(include_input=False, include_url=False):
        name = prefix + "__".join(str(part) for part in error["loc"]).upper()
        said = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            said = "there is no such setting"
        lines.append(f"{name.rstrip('_')}: {said}")
    return "\n".join(lines)


def _refuse_misspelt() -> None:
    """Refuse misspelt variables, since pydantic overlooks names that are no setting's."""
    known = {name.upper() for name in Settings.model_fields} | _OF_OTHERS
    given = (name for name in sorted(os.environ) if name.startswith(PREFIX))
    wrong = [name for name in given if name.removeprefix(PREFIX).split("__")[0] not in known]
    if wrong:
        raise InvalidSettings("\n".join(f"{name}: there is no such setting" for name in wrong))


def _no_json(said: str) -> str:
    """Name the variable that is no JSON; pydantic names only its group."""
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
