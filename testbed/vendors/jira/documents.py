"""Rich text: the Atlassian Document Format."""

from typing import Any, TypeGuard

_INLINE = frozenset({"text", "hardBreak"})
_CHILDREN = {
    "doc": frozenset({"paragraph", "heading", "bulletList"}),
    "paragraph": _INLINE,
    "heading": _INLINE,
    "bulletList": frozenset({"listItem"}),
    "listItem": frozenset({"paragraph", "bulletList"}),
}


def is_document(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether Jira stores the value as rich text."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return False
    return "content" in value and _is_node(value)


def _is_node(node: dict[str, Any]) -> bool:
    kind, content = node.get("type"), node.get("content", [])
    if kind == "text":
        return isinstance(node.get("text"), str) and node["text"] != ""
    if kind not in _CHILDREN:
        return kind in _INLINE
    return isinstance(content, list) and all(
        isinstance(child, dict) and child.get("type") in _CHILDREN[kind] and _is_node(child)
        for child in content
    )
