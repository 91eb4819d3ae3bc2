"""An attack on the effect ledger: everything goes wrong at once, and the vendors count the harm."""
