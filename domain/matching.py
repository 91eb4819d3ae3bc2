"""Matches a company to customers under other spellings. It decides only where it can be sure."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from anyascii import anyascii
from rapidfuzz.fuzz import token_sort_ratio

from domain.company import Account
from domain.company_numbers import compact, register_key, vat_country
from domain.customer import Candidate, CustomerMatch, Verdict

ALIKE = 85
"""From this score (0-100) on, two names may be one company: a person decides."""

_LEGAL_FORMS = re.compile(
    r"\b(a\s*s|s\s*r\s*o|spol|v\s*o\s*s|k\s*s|gmbh|ag|kg|ltd|limited|llp|plc|inc|llc|sa|spa|srl|bv|nv|"
    r"oy|ab|as|kk|co|company|corporation|corp)\b"
)


class _Likeness(Enum):
    """How a candidate relates to an account."""

    SAME = auto()
    PERHAPS = auto()
    OTHER = auto()


def match_customer(account: Account, candidates: Sequence[Candidate]) -> CustomerMatch:
    """Match by our key, or by an equal number of the same country; where in doubt, ask a person.

    A candidate whose number contradicts the account's is another company, however it is spelt. Two
    records with equal numbers are themselves duplicates: a person chooses.
    """
    live = [candidate for candidate in candidates if not candidate.is_archived]
    found = {candidate.id: _likeness(account, candidate) for candidate in live}
    same = [candidate for candidate in live if found[candidate.id] is _Likeness.SAME]
    perhaps = [candidate for candidate in live if found[candidate.id] is _Likeness.PERHAPS]
    if len(same) == 1:
        return CustomerMatch(
            verdict=Verdict.MATCHED,
            reason=f"{same[0].name!r} has the same company number",
            chosen=same[0].id,
        )
    if same:
        reason = f"{len(same)} customers have the same company number"
        return CustomerMatch(verdict=Verdict.AMBIGUOUS, reason=reason, candidates=tuple(same))
    if perhaps:
        names = ", ".join(repr(candidate.name) for candidate in perhaps)
        reason = f"{account.invoiced_name!r} may be {names}, and no number of its country tells"
        return CustomerMatch(verdict=Verdict.AMBIGUOUS, reason=reason, candidates=tuple(perhaps))
    return CustomerMatch(verdict=Verdict.NEW, reason="no customer has its number or a name like it")


def side_by_side(account: Account, candidates: Sequence[Candidate]) -> str:
    """Return the company in the CRM and each candidate in the ERP, a line each."""
    ids = account.ids
    ours = _line(account.invoiced_name, account.country, ids.company_id, ids.vat_id)
    lines = [f"- CRM: {ours}; {str(account.address) or 'no address'}"]
    for each in candidates:
        theirs = _line(each.name, each.country, each.company_id, each.vat_id)
        lines.append(f"- {each.id}: {theirs}; {str(each.address) or 'no address'}")
    return "\n".join(lines)


def _line(name: str, country: str, company_id: str, vat_id: str) -> str:
    numbers = f"company id {company_id or 'none'}, VAT id {vat_id or 'none'}"
    return f"{name}, {country or 'country unknown'}, {numbers}"


def plain_name(name: str) -> str:
    """Return a name without case, accents, punctuation and legal form."""
    text = re.sub(r"[^a-z0-9]+", " ", anyascii(name).lower()).strip()
    return re.sub(r"\s+", " ", _LEGAL_FORMS.sub(" ", text)).strip() or text


def _likeness(account: Account, candidate: Candidate) -> _Likeness:
    country = candidate.country or vat_country(candidate.vat_id)
    numbers = (
        _by_register(account, candidate, country),
        _by_vat(account, candidate, country),
    )
    if candidate.key == account.customer_key:
        return _Likeness.PERHAPS if _Likeness.OTHER in numbers else _Likeness.SAME
    register, vat = numbers
    if register is _Likeness.SAME and vat is _Likeness.OTHER:
        return _Likeness.PERHAPS
    found = register or vat
    return found or (_Likeness.PERHAPS if _is_alike(account, candidate) else _Likeness.OTHER)


def _by_register(account: Account, candidate: Candidate, country: str) -> _Likeness | None:
    """Compare the numbers of a register; None where either has none that identifies a company."""
    ours = register_key(account.country, account.ids.company_id)
    theirs = register_key(country or account.country, candidate.company_id)
    if not ours or not theirs:
        return None
    if ours != theirs:
        return _Likeness.OTHER
    is_sure = bool(country) or _is_alike(account, candidate)
    return _Likeness.SAME if is_sure else _Likeness.PERHAPS


def _by_vat(account: Account, candidate: Candidate, country: str) -> _Likeness | None:
    """Compare VAT numbers; None where either has none, or they are of two countries."""
    ours, theirs = compact(account.ids.vat_id), compact(candidate.vat_id)
    if not ours or not theirs:
        return None
    if ours == theirs:
        return _Likeness.SAME if country in {"", account.country} else _Likeness.PERHAPS
    are_both_of = (vat_country(ours), vat_country(theirs))
    return _Likeness.OTHER if are_both_of[0] and are_both_of[0] == are_both_of[1] else None


def _is_alike(account: Account, candidate: Candidate) -> bool:
    theirs = plain_name(candidate.name)
    names = (account.name, account.invoiced_name)
    return max(token_sort_ratio(plain_name(name), theirs) for name in names) >= ALIKE
