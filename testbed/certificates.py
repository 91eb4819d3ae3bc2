"""The certificate authorities that HTTP clients of the testbed trust."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """Load those of this machine once, since loading takes longer than many a call."""
    return httpx.create_ssl_context()
