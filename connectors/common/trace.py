"""The correlation id of a call, by which both sides' logs can be matched."""

from contextvars import ContextVar

correlation: ContextVar[str] = ContextVar("correlation", default="")
"""Sent as `X-Correlation-Id` when it is not empty; the worker sets it per activity."""
