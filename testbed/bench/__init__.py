"""Benchmarks: how long a deal takes, compared with a run of the same shape that does nothing."""
