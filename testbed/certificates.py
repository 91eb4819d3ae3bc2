"""The certificate authorities that HTTP clients of the testbed trust."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """Those of this machine, loaded once: it takes longer than many a conversation."""
    return httpx.create_ssl_context()
