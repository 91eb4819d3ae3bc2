"""What Cashward changes in BottleCRM."""
