"""What Cashward changes in HubSpot."""
