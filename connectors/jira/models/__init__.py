"""Jira's JSON and its translation."""
