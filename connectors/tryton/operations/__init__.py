"""What Cashward changes in Tryton."""
