"""The common parts of real systems on this machine: packages, locks, and a proxy."""
