"""One desk per resource of the API."""
