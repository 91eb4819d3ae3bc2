"""The world around Cashward for trials: vendors, systems, a local stack, a demo, benchmarks."""
