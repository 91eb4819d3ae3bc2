"""The rules of Xero's bookkeeping, as functions over stored records."""
