"""Turn `fields` and `update` into the changes of an issue, all of them or none."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.draft import LISTS, SINGLE, Draft, Unfit

_PLACED = {"project", "issuetype"}
_SETTING = {"set", "edit"}


def changes(draft: Draft, body: Doc) -> Doc:
    """What the body asks for, or a refusal naming each field that won't do."""
    fields, update = _part(body, "fields"), _part(body, "update")
    changed: Doc = {}
    errors: dict[str, str] = {}
    for name in fields.keys() & update.keys():
        errors[name] = f"Field '{name}' cannot appear in both 'fields' and 'update'"
    asked = [(name, [{"set": value}]) for name, value in fields.items() if name not in _PLACED]
    for name, operations in [*asked, *update.items()]:
        if name in errors or (name == "comment" and name in update):
            continue
        try:
            changed |= _read(draft, name, operations)
        except Unfit as unfit:
            errors[unfit.name or name] = unfit.text
    if errors:
        raise refusal.fields(errors)
    return changed


def _part(body: Doc, name: str) -> Doc:
    part = body.get(name) or {}
    if not isinstance(part, dict):
        raise refusal.say(f"The '{name}' of an issue must be an object.")
    return part


def _read(draft: Draft, name: str, operations: object) -> Doc:
    on_screen = draft.visit.site.template(draft.project)["screen"]
    if name not in on_screen or (name not in SINGLE and name not in LISTS):
        text = "It is not on the appropriate screen, or unknown."
        raise Unfit(f"Field '{name}' cannot be set. {text}")
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise Unfit("Operations must be a list of objects")
    if name in LISTS:
        return {name: _list(draft, name, operations)}
    read: Doc = {}
    for operation in operations:
        for verb, value in operation.items():
            if verb not in _SETTING:
                raise Unfit(f"Operation '{verb}' is not supported by field '{name}'")
            read |= SINGLE[name](draft, value)
    return read


def _list(draft: Draft, name: str, operations: list[Doc]) -> list[str]:
    """Add and remove leave what others put there; set replaces it all."""
    read = LISTS[name]
    held: list[str] = list(draft.issue[name]) if draft.issue else []
    for operation in operations:
        for verb, value in operation.items():
            if verb == "set":
                elements = [] if value is None else value
                if not isinstance(elements, list):
                    raise Unfit("data was not an array")
                held = [read(draft, element) for element in elements]
            elif verb == "add":
                held.append(read(draft, value))
            elif verb == "remove":
                gone = read(draft, value)
                held = [element for element in held if element != gone]
            else:
                raise Unfit(f"Operation '{verb}' is not supported by field '{name}'")
    return list(dict.fromkeys(held))
