"""What Cashward stands on is taken away while whole deals run, and comes back; then we count."""
