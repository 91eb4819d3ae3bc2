"""Settings, composition and the worker: the only package where ports meet connectors."""
