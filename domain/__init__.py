"""What the business means, in types and pure decisions. Nothing in here does I/O or reads a clock."""
