"""JQL: read a query, refuse it as Jira does, or run it over issues."""
