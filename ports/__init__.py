"""What we need of other systems, in our own words. One file per role; vendors fill them."""
