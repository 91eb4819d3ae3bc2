"""Jira Cloud as Cashward meets it: the project-management side of the world outside."""

from testbed.vendors.jira.vendor import Jira

VENDOR = Jira

__all__ = ["VENDOR", "Jira"]
