"""The spelling of Xero's requests and answers."""
