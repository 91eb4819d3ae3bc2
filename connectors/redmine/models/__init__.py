"""Redmine's JSON and its translation."""
