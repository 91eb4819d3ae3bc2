"""Real systems on this machine, that nobody here wrote: installed, started, hurt and counted.

The room is the outside world. It uses the local stack's credentials to run programs; nobody inside
Cashward knows of it.
"""
