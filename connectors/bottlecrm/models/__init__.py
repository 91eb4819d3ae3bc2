"""BottleCRM's JSON and its translation."""
