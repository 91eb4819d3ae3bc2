"""One package per vendor: it knows its vendor, the ports, and nothing else of ours."""
