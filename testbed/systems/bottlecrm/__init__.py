"""BottleCRM (django-crm on PyPI), a CRM: a Django site with PostgreSQL, Redis and Celery."""

from testbed.systems.bottlecrm.install import Bottlecrm
from testbed.systems.common.exchange import Request
from testbed.systems.common.system import System

__all__ = ["changes", "system"]

_READS = frozenset({"GET", "HEAD", "OPTIONS"})

system: System = Bottlecrm()


def changes(request: Request) -> bool:
    """Whether this request changes something: here every POST, PUT, PATCH and DELETE does."""
    return request.method not in _READS
