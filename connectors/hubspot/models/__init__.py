"""HubSpot's JSON and its translation."""
