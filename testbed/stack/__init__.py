"""All that Cashward needs on one machine, in one folder that a user may delete."""
