"""Our log: JSON lines with facts as fields, without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_SECRET = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
_NAMED = frozenset({"name", "email", "phone", "token", "password", "secret", "authorization"})


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank fields that are personal or secret by name, and e-mails and credentials anywhere."""
    for key, value in event.items():
        if key.lower() in _NAMED:
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = _SECRET.sub(r"\1 …", _MAIL.sub("…@…", value))
    return event


def set_up_logging(level: str, *, readable: bool = False) -> None:
    """One line per event on standard error; `readable` is for people at a terminal."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The pool tells each attempt to reconnect; whoever asked is told once, by StoreUnavailable.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    # The SDK prints a traceback for each failed activity; the activity interceptor logs one line.
    logging.getLogger("temporalio.activity").setLevel(logging.ERROR)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(
        handlers=[handler], level=max(logging.WARNING, logging.getLevelName(level)), force=True
    )
