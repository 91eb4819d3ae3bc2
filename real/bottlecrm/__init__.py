"""BottleCRM (django-crm on PyPI), a CRM: a Django site with PostgreSQL, Redis and Celery."""

from real.bottlecrm.install import Bottlecrm
from real.kit.exchange import Request
from real.kit.system import System

__all__ = ["changes", "system"]

_READS = frozenset({"GET", "HEAD", "OPTIONS"})

system: System = Bottlecrm()


def changes(request: Request) -> bool:
    """Whether this request changes something: here every POST, PUT, PATCH and DELETE does."""
    return request.method not in _READS
