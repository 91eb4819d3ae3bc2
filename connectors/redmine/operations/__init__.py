"""What Cashward changes in Redmine."""
