"""Real systems of other makers: installs, starts and disturbs them, and counts their records.

This package is the outside world. It uses the local stack to run programs; nothing inside
Cashward knows of it.
"""
