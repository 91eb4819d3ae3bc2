"""Which process a call belongs to, so that both sides' logs tell one story."""

from contextvars import ContextVar

correlation: ContextVar[str] = ContextVar("correlation", default="")
"""Sent as `X-Correlation-Id` when it is not empty; the worker sets it per activity."""
