"""The site: what it is, who its people are, its lists, its webhooks."""
