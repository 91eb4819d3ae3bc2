"""The operations of the Accounting API, one file for each kind of record."""
