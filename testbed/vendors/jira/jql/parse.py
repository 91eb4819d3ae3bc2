"""Read JQL into a tree, refusing what Jira refuses, or answer where it stopped making sense."""

from testbed.vendors.jira.jql.query import (
    Both,
    Clause,
    Condition,
    Either,
    Empty,
    Function,
    Malformed,
    Negated,
    Operand,
    Order,
    Query,
    Value,
)
from testbed.vendors.jira.jql.tokens import Kind, Token, at, tokens

_RESERVED_WORDS = """
ABORT ACCESS ADD AFTER ALIAS ALL ALTER AND ANY AS ASC AUDIT AVG BEFORE BEGIN BETWEEN BOOLEAN BREAK
BY BYTE CATCH CF CHAR CHARACTER CHECK CHECKPOINT COLLATE COLLATION COLUMN COMMIT CONNECT CONTINUE
COUNT CREATE CURRENT DATE DECIMAL DECLARE DECREMENT DEFAULT DEFAULTS DEFINE DELETE DELIMITER DESC
DIFFERENCE DISTINCT DIVIDE DO DOUBLE DROP ELSE EMPTY ENCODING END EQUALS ESCAPE EXCLUSIVE EXEC
EXECUTE EXISTS EXPLAIN FALSE FETCH FILE FIELD FIRST FLOAT FOR FROM FUNCTION GO GOTO GRANT GREATER
GROUP HAVING IDENTIFIED IF IMMEDIATE IN INCREMENT INDEX INITIAL INNER INOUT INPUT INSERT INT
INTEGER INTERSECT INTERSECTION INTO IS ISEMPTY ISNULL JOIN LAST LEFT LESS LIKE LIMIT LOCK LONG MAX
MIN MINUS MODE MODIFY MODULO MORE MULTIPLY NEXT NOAUDIT NOT NOTIN NOWAIT NULL NUMBER OBJECT OF ON
OPTION OR ORDER OUTER OUTPUT POWER PREVIOUS PRIOR PRIVILEGES PUBLIC RAISE RAW REMAINDER RENAME
RESOURCE RETURN RETURNS REVOKE RIGHT ROW ROWID ROWNUM ROWS SELECT SESSION SET SHARE SIZE SQRT
START STRICT STRING SUBTRACT SUM SYNONYM TABLE THEN TO TRANS TRANSACTION TRIGGER TRUE UID UNION
UNIQUE UPDATE USER VALIDATE VALUES VIEW WHEN WHENEVER WHERE WHILE WITH
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
_SIGNS = ("=", "!=", "<", ">", "<=", ">=", "~", "!~")
_OPERATORS = (
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', "
    "'IN', 'NOT IN', 'IS' and 'IS NOT'."
)


def parse(jql: str) -> Query:
    """The query as a tree, or Malformed with Jira's sentence."""
    return _Reader(tokens(jql)).query()


class _Reader:
    def __init__(self, pieces: list[Token]) -> None:
        self._pieces = pieces
        self._next = 0

    @property
    def _here(self) -> Token:
        return self._pieces[self._next]

    def _take(self) -> Token:
        token = self._here
        self._next += token.kind is not Kind.END
        return token

    def _took(self, *words: str) -> bool:
        if self._here.says(*words):
            self._next += 1
            return True
        return False

    def query(self) -> Query:
        starts_with_order = self._here.says("ORDER") or self._here.kind is Kind.END
        condition = None if starts_with_order else self._either()
        order = self._order() if self._took("ORDER") else ()
        if self._here.kind is not Kind.END:
            raise self._expected("Expecting either 'OR' or 'AND'")
        return Query(condition, order)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._took("OR", "||"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._negated()]
        while self._took("AND", "&&"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _negated(self) -> Condition:
        if self._took("NOT", "!"):
            return Negated(self._negated())
        if self._took("("):
            inner = self._either()
            if not self._took(")"):
                raise self._expected("Expecting ')'")
            return inner
        return self._clause()

    def _clause(self) -> Condition:
        name = self._word("Expecting a field name")
        if self._is_loose_text():
            return self._loose_text(name)
        operator = self._operator()
        if operator in {"IN", "NOT IN"}:
            return Clause(name, operator, self._list())
        operand = self._operand()
        if operator.startswith("IS") and not isinstance(operand, Empty):
            sentence = f"The operator '{operator.lower()}' only supports 'EMPTY' or 'NULL'."
            raise Malformed(f"Error in the JQL Query: {sentence}")
        return Clause(name, operator, (operand,))

    def _is_loose_text(self) -> bool:
        here = self._here
        return here.kind in {Kind.END, Kind.QUOTED} or (
            here.kind is Kind.WORD and here.text.upper() not in {"IN", "NOT", "IS"}
        )

    def _loose_text(self, first: str) -> Clause:
        words = [first]
        while self._here.kind in {Kind.WORD, Kind.QUOTED} and not self._here.says(
            "AND", "OR", "ORDER"
        ):
            words.append(self._take().text)
        return Clause("text", "~", (Value(" ".join(words)),))

    def _operator(self) -> str:
        if self._here.says(*_SIGNS):
            return self._take().text
        if self._took("IN"):
            return "IN"
        if self._took("IS"):
            return "IS NOT" if self._took("NOT") else "IS"
        if self._took("NOT") and self._took("IN"):
            return "NOT IN"
        raise self._expected("Expecting operator", _OPERATORS)

    def _list(self) -> tuple[Operand, ...]:
        if self._here.kind is Kind.WORD:
            return (self._operand(),)
        if not self._took("("):
            raise self._expected("Expecting '('")
        found = [self._operand()]
        while self._took(","):
            found.append(self._operand())
        if not self._took(")"):
            raise self._expected("Expecting ')'")
        return tuple(found)

    def _operand(self) -> Operand:
        if self._took("EMPTY", "NULL"):
            return Empty()
        quoted = self._here.kind is Kind.QUOTED
        text = self._word("Expecting either a value, list or function")
        if not quoted and self._took("("):
            return self._function(text)
        return Value(text)

    def _function(self, name: str) -> Function:
        arguments: list[str] = []
        while not self._took(")"):
            if arguments and not self._took(","):
                raise self._expected("Expecting ')'")
            arguments.append(self._word("Expecting a function argument"))
        return Function(name, tuple(arguments))

    def _word(self, expecting: str) -> str:
        token = self._here
        if token.kind not in {Kind.WORD, Kind.QUOTED}:
            raise self._expected(expecting)
        if token.kind is Kind.WORD and token.text.upper() in RESERVED:
            sentence = f"'{token.text}' is a reserved JQL word. "
            sentence += "You must surround it in quotation marks to use it in a query."
            raise Malformed(f"Error in the JQL Query: {sentence}{at(token.place)}")
        return self._take().text

    def _order(self) -> tuple[Order, ...]:
        if not self._took("BY"):
            raise self._expected("Expecting 'by'")
        keys = [self._order_key()]
        while self._took(","):
            keys.append(self._order_key())
        return tuple(keys)

    def _order_key(self) -> Order:
        name = self._word("Expecting a field name")
        if self._took("DESC"):
            return Order(name, descending=True)
        self._took("ASC")
        return Order(name, descending=False)

    def _expected(self, what: str, hint: str = "") -> Malformed:
        token = self._here
        if token.kind is Kind.END:
            sentence = f"{what} before the end of the query."
        else:
            sentence = f"{what} but got '{token.text}'."
        return Malformed(f"Error in the JQL Query: {f'{sentence} {hint}'.strip()}{at(token.place)}")
