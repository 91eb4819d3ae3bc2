"""The interfaces to other systems, in our own terms. One file per role; vendors fill them."""
