"""The Atlassian Document Format: tell a document from something else, and turn text both ways."""

from typing import TypeGuard

NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"

_INLINE = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status"})
_FLOW = frozenset(
    {"paragraph", "bulletList", "orderedList", "codeBlock", "mediaSingle", "mediaGroup"}
)
_BLOCKS = _FLOW | {"heading", "blockquote", "rule", "panel", "table", "expand", "taskList"}
_CHILDREN: dict[str, frozenset[str]] = {
    "doc": _BLOCKS,
    "paragraph": _INLINE,
    "heading": _INLINE,
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "listItem": _FLOW,
    "blockquote": _FLOW,
    "codeBlock": frozenset({"text"}),
    "panel": _BLOCKS,
    "expand": _BLOCKS,
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableCell", "tableHeader"}),
    "tableCell": _BLOCKS,
    "tableHeader": _BLOCKS,
    "taskList": frozenset({"taskItem", "taskList"}),
    "taskItem": _INLINE,
    "mediaSingle": frozenset({"media"}),
    "mediaGroup": frozenset({"media"}),
}
_ENDS_LINE = frozenset({"paragraph", "heading", "codeBlock", "tableRow", "taskItem"})
_MARKS = frozenset(
    {
        "strong", "em", "code", "link", "strike", "subsup", "underline", "textColor",
        "backgroundColor", "border",
    }
)  # fmt: skip


def is_document(value: object) -> TypeGuard[dict[str, object]]:
    """Whether Jira would store the value as rich text."""
    return isinstance(value, dict) and _well_formed(value) and value["type"] == "doc"


def _well_formed(node: dict[str, object]) -> bool:
    kind, content = node.get("type"), node.get("content", [])
    if kind == "text":
        return isinstance(node.get("text"), str) and node["text"] != "" and _marked(node)
    if kind not in _CHILDREN:
        return kind in _INLINE or kind in {"rule", "media"}
    if not isinstance(content, list) or (kind == "doc" and not _is_root(node)):
        return False
    if kind == "heading" and not _has_level(node):
        return False
    allowed = _CHILDREN[str(kind)]
    return all(
        isinstance(child, dict) and child.get("type") in allowed and _well_formed(child)
        for child in content
    )


def _is_root(node: dict[str, object]) -> bool:
    return node.get("version") == 1 and "content" in node


def _has_level(node: dict[str, object]) -> bool:
    attrs = node.get("attrs")
    return isinstance(attrs, dict) and attrs.get("level") in range(1, 7)


def _marked(node: dict[str, object]) -> bool:
    marks = node.get("marks", [])
    return isinstance(marks, list) and all(
        isinstance(mark, dict) and mark.get("type") in _MARKS for mark in marks
    )


def document(text: str) -> dict[str, object]:
    """Plain text as a document, a paragraph a line."""
    lines = text.split("\n") if text else []
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in lines]}


def _paragraph(line: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}


def text(node: object) -> str:
    """What a document says, without its shape; the second version of the API answers this."""
    return _spoken(node).rstrip("\n")


def _spoken(node: object) -> str:
    if not isinstance(node, dict):
        return ""
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    content = node.get("content")
    inner = "".join(_spoken(child) for child in content) if isinstance(content, list) else ""
    return inner + "\n" if node.get("type") in _ENDS_LINE else inner
