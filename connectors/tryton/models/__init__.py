"""Tryton's JSON and its translation."""
