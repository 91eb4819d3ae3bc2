"""A Jira Cloud site: the operations that Cashward, its demo and its tests call."""

from testbed.vendors.jira.vendor import Jira

VENDOR = Jira

__all__ = ["VENDOR", "Jira"]
