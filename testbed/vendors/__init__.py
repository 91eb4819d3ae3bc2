"""Vendor servers: the APIs of HubSpot, Jira and Xero, with faults on demand."""

from testbed.vendors.serving import Sandbox, serve

__all__ = ["Sandbox", "serve"]
