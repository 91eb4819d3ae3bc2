"""What Cashward changes in memory."""
