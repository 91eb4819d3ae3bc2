"""The commands. Each takes its actor and is written to the audit trail."""
