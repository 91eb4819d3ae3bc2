"""What people and systems may ask of Cashward: the one way in for command line and gateway."""
