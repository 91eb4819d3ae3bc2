"""A server that speaks as Xero's Accounting API 2.0 does."""

from testbed.vendors.xero.vendor import Xero

VENDOR = Xero

__all__ = ["VENDOR"]
