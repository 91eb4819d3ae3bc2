"""What every Jira endpoint stands on: the site's state, its rules and its way of refusing."""
