"""The only room where ports meet connectors: settings, composition, and the local stack."""
