"""Takes from our database all that it knows of a deal, as a restore from an older backup does."""

import psycopg

from domain.ids import DealId

_BILLS = (
    "delete from credit_notes where bill in (select bill from documents where deal = %(deal)s)",
    "delete from documents where deal = %(deal)s",
    "delete from claims where deal = %(deal)s",
    "delete from bills where deal = %(deal)s",
)
_DEAL = (
    *_BILLS,
    "delete from charges where deal = %(deal)s",
    """with gone as (delete from contract_revisions where deal = %(deal)s)
    delete from contracts where deal = %(deal)s""",
    "delete from deals where deal = %(deal)s",
    "delete from effects where deal = %(deal)s",
    "delete from links where deal = %(deal)s",
    "delete from attention where deal = %(deal)s",
)


def forget(database_url: str, deal: DealId, *, only_bills: bool = False) -> None:
    """Delete every row of the deal, or of its bills, but the audit trail: nobody can delete it."""
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        for statement in _BILLS if only_bills else _DEAL:
            connection.execute(statement, {"deal": deal})
