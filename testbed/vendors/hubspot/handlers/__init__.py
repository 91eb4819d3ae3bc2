"""The endpoints of HubSpot's API, one class for each part of it."""
