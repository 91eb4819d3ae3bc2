"""What changes something. Every command takes its actor and is written to the audit trail."""
