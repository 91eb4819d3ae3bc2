"""What a command asks for, as text that is equal exactly if it is the same: its facts by name."""

import json
from collections.abc import Sequence


def identity_of(**facts: str | bool | Sequence[str] | None) -> str:
    """Return the facts as canonical JSON.

    None is as good as absent: a fact that a later release adds changes no older identity.
    """
    given = {name: fact for name, fact in facts.items() if fact is not None}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
