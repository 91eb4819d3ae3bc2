"""The business in types and pure decisions, without I/O, clock or random numbers."""
