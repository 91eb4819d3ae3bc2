"""HubSpot's server: CRM objects, search, associations, properties, OAuth, webhooks."""

from testbed.vendors.hubspot.vendor import HubSpot

VENDOR = HubSpot

__all__ = ["VENDOR", "HubSpot"]
