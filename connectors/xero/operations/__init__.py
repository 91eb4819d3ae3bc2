"""What Cashward changes in Xero."""
