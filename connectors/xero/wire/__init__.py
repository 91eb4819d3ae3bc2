"""Xero's JSON, exactly as Xero writes it, and its translation."""
