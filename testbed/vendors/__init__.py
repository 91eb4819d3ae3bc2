"""The world outside: servers that speak as HubSpot, Jira and Xero do, with faults on demand."""

from testbed.vendors.serving import Sandbox, serve

__all__ = ["Sandbox", "serve"]
