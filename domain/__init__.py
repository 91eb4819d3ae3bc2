"""What the business means, in types and pure decisions: no I/O, no clock, no chance."""
