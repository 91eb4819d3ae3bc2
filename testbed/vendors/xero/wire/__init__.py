"""How the vendor spells things: numbers, dates, filters, lists, paper."""
