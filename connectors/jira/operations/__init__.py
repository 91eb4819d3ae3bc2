"""What Cashward changes in Jira."""
