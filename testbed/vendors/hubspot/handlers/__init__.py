"""One desk for each part of HubSpot's API; a desk reads a call and answers it."""
