"""Everything that Cashward needs around it on one machine, in one folder that a user may delete."""
