"""List reads: the filters, order and pages that every resource shares."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from testbed.vendors.common.call import Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import ID_FIELDS, INDEXED, Books
from testbed.vendors.xero.wire.expressions import Expression, Row
from testbed.vendors.xero.wire.moments import since_in
from testbed.vendors.xero.wire.shapes import Shape
from testbed.vendors.xero.wire.values import fold, plain, typed
from testbed.vendors.xero.wire.where import BadExpression, parse

_PAGE_SIZE, _LARGEST_PAGE = 100, 1000


@dataclass(frozen=True)
class Found:
    """The rows of an answer, and its pagination if it has one."""

    rows: list[Doc]
    pagination: dict[str, int] | None

    @property
    def lean(self) -> bool:
        """Whether rows go without lines: the vendor shows them on pages only."""
        return self.pagination is None


def truth(call: Call, name: str) -> bool:
    """A boolean of the query; the SDK writes `True`."""
    return call.query.get(name, "").lower() == "true"


def select(call: Call, shape: Shape, books: Books) -> Found:
    """Everything the query asks for, in its order."""
    where = _expression(call, shape)
    rows = [doc for doc in _candidates(call, shape, books, where) if books.settled_for(doc)]
    for name, path in shape.lists.items():
        if wanted := call.query.get(name):
            keys = {plain(part.strip()) for part in wanted.split(",")}
            rows = [doc for doc in rows if plain(str(books.reach(doc, path))) in keys]
    rows = _narrowed(call, shape, books, rows)
    if where:
        rows = [doc for doc in rows if where.holds(_row(doc, shape, books))]
    return _page(call, _ordered(call, shape, books, rows))


def _row(doc: Doc, shape: Shape, books: Books) -> Row:
    return lambda path: typed(books.reach(doc, path), shape.fields[path])


def _expression(call: Call, shape: Shape) -> Expression | None:
    text = call.query.get("where")
    try:
        return parse(text, shape.fields) if text else None
    except BadExpression as wrong:
        raise refusals.bad_query(str(wrong)) from wrong


def _candidates(call: Call, shape: Shape, books: Books, where: Expression | None) -> Iterable[Doc]:
    """The fewest rows that can hold the answer: by id, by an indexed field, or all."""
    if ids := call.query.get("IDs"):
        found = (books.get(shape.kind, id_.strip()) for id_ in ids.split(","))
        return [doc for doc in found if doc]
    pins = where.pins() if where else {}
    id_field = ID_FIELDS[shape.kind]
    if isinstance(pinned := pins.get(id_field), str):
        found_one = books.get(shape.kind, pinned)
        return [found_one] if found_one else []
    for path in INDEXED.get(shape.kind, ()):
        if isinstance(pinned := pins.get(path), str):
            return books.by(shape.kind, path, pinned)
    for name, path in shape.lists.items():
        if path in INDEXED.get(shape.kind, ()) and (texts := call.query.get(name)):
            return [doc for text in texts.split(",") for doc in books.by(shape.kind, path, text)]
    return books.shelf(shape.kind).values()


def _narrowed(call: Call, shape: Shape, books: Books, rows: list[Doc]) -> list[Doc]:
    if shape.hidden_unless_archived and not truth(call, "includeArchived"):
        rows = [doc for doc in rows if doc["ContactStatus"] != "ARCHIVED"]
    if truth(call, "createdByMyApp"):
        rows = [doc for doc in rows if doc.get("_app") == call.actor]
    if since := call.headers.get("If-Modified-Since"):
        mark = _since(since)
        rows = [doc for doc in rows if doc["UpdatedDateUTC"] > mark]
    if term := plain(call.query.get("searchTerm", "")):
        rows = [
            doc
            for doc in rows
            if any(term in plain(str(books.reach(doc, path) or "")) for path in shape.searched)
        ]
    return rows


def _since(header: str) -> int:
    try:
        return since_in(header)
    except ValueError as wrong:
        raise refusals.bad_query(f"If-Modified-Since: {header!r} is not a date") from wrong


def _ordered(call: Call, shape: Shape, books: Books, rows: list[Doc]) -> list[Doc]:
    names = {name.lower(): name for name in shape.fields}
    for clause in reversed([part for part in call.query.get("order", "").split(",") if part]):
        name, _, direction = clause.strip().partition(" ")
        if name.lower() not in names or direction.strip().upper() not in {"", "ASC", "DESC"}:
            raise refusals.bad_query(f"No property or field '{name}' exists in type")
        path = names[name.lower()]
        worth = partial(_sortable, books, path, shape.fields[path])
        rows = sorted(rows, key=worth, reverse=direction.strip().upper() == "DESC")
    return rows


def _sortable(books: Books, path: str, kind: type, doc: Doc) -> tuple[bool, Any]:
    value = fold(typed(books.reach(doc, path), kind))
    return (value is not None, value if value is not None else 0)


def _page(call: Call, rows: list[Doc]) -> Found:
    asked = call.query.get("page"), call.query.get("pageSize"), call.query.get("Statuses")
    if not any(asked):
        return Found(rows, None)
    page = max(1, _whole(asked[0], 1))
    size = min(_LARGEST_PAGE, max(1, _whole(asked[1], _PAGE_SIZE)))
    shown = rows[(page - 1) * size : page * size]
    count = -(-len(rows) // size)
    return Found(
        shown, {"page": page, "pageSize": size, "pageCount": count, "itemCount": len(rows)}
    )


def _whole(text: str | None, otherwise: int) -> int:
    if not text:
        return otherwise
    try:
        return int(text)
    except ValueError as wrong:
        raise refusals.bad_query(f"{text!r} is not a number") from wrong
