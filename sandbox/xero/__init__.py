"""A server that speaks as Xero's Accounting API 2.0 does."""

from sandbox.xero.vendor import Xero

VENDOR = Xero

__all__ = ["VENDOR"]
