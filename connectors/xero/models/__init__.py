"""Xero's JSON and its translation."""
