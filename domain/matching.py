"""Matches a company to customers under other spellings. It decides only where it can be sure."""

import re
from collections.abc import Sequence

from anyascii import anyascii
from rapidfuzz.fuzz import token_sort_ratio

from domain.company import Account, compact, digits
from domain.customer import Candidate, CustomerMatch, Verdict

ALIKE = 85
"""From this score (0-100) on, two names may be one company: a person decides."""

_LEGAL_FORMS = re.compile(
    r"\b(a\s*s|s\s*r\s*o|spol|v\s*o\s*s|k\s*s|gmbh|ag|kg|ltd|limited|llp|plc|inc|llc|sa|spa|srl|bv|nv|"
    r"oy|ab|as|kk|co|company|corporation|corp)\b"
)


def match_customer(account: Account, candidates: Sequence[Candidate]) -> CustomerMatch:
    """Match by our key or by an equal company or VAT number; an alike name asks a person.

    Two records with equal numbers are themselves duplicates: a person chooses.
    """
    live = [candidate for candidate in candidates if not candidate.is_archived]
    same = [candidate for candidate in live if _is_same(account, candidate)]
    if len(same) == 1:
        return CustomerMatch(
            verdict=Verdict.MATCHED,
            reason=f"{same[0].name!r} has the same company number",
            chosen=same[0].id,
        )
    if same:
        reason = f"{len(same)} customers have the same company number"
        return CustomerMatch(verdict=Verdict.AMBIGUOUS, reason=reason, candidates=tuple(same))
    alike = [candidate for candidate in live if _may_be(account, candidate)]
    if alike:
        names = ", ".join(repr(candidate.name) for candidate in alike)
        reason = f"{account.name!r} is spelt like {names}, and no number tells them apart"
        return CustomerMatch(verdict=Verdict.AMBIGUOUS, reason=reason, candidates=tuple(alike))
    return CustomerMatch(verdict=Verdict.NEW, reason="no customer has its number or a name like it")


def plain_name(name: str) -> str:
    """Return a name without case, accents, punctuation and legal form."""
    text = re.sub(r"[^a-z0-9]+", " ", anyascii(name).lower()).strip()
    return re.sub(r"\s+", " ", _LEGAL_FORMS.sub(" ", text)).strip() or text


def _is_same(account: Account, candidate: Candidate) -> bool:
    if candidate.key == account.customer_key:
        return True
    ours, theirs = digits(account.ids.company_id), digits(candidate.company_id)
    if ours and theirs:
        return ours == theirs
    vat = compact(account.ids.vat_id)
    return bool(vat) and vat == compact(candidate.vat_id)


def _may_be(account: Account, candidate: Candidate) -> bool:
    """Whether the names are alike and not both have a number, since those did not match."""
    if account.ids.company_id and candidate.company_id:
        return False
    score = token_sort_ratio(plain_name(account.name), plain_name(candidate.name))
    return score >= ALIKE
