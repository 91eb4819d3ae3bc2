"""A server of Xero's Accounting API 2.0."""

from testbed.vendors.xero.vendor import Xero

VENDOR = Xero

__all__ = ["VENDOR"]
