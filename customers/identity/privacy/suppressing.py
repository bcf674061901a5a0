"""An erased person does not come back: what they would be known by is kept as a keyed hash (`hashing`).

A key says who somebody is: what their source calls them, their tax ID, their name with an e-mail address, with a phone
number, with a street address or with a date of birth. A number or an address alone is none: a family shares it. Names
are compared as links compare them, so that another spelling is the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.acting import present
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from customers.identity.normalising import (
    comparable_email,
    comparable_name,
    normalise_email,
    normalise_phone_cached,
    normalise_tax_id,
)
from customers.identity.privacy.hashing import digest_of, digests_of
from customers.models import PrivacyRequest, SuppressedKey
from customers.querysets.privacy import EXPORTS

P = ParamSpec("P")
R = TypeVar("R")
PEOPLE: Final = ("customers", "contacts")
"""Kinds whose rows are people, and which other rows name."""
SHORTEST: Final = 8
"""Letters and digits of a street address; a shorter one may be a town."""
WITNESS: Final = "witness"
"""Kept with the keys of each request: whoever cannot find it hashes by another secret."""
_PHONE: Final = re.compile(r"[0-9 \u00a0()/+.-]{7,30}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ErasedOnRequest(DomainError):
    """Whoever is typed in was erased on request. Only who may see requests is told so: a form is not to answer to
    anybody who was erased.
    """

    def __init__(self, requests: Iterable[int], *, is_told: bool) -> None:
        self.requests = sorted(set(requests))
        numbers = ", ".join(f"#{number}" for number in self.requests)
        super().__init__(
            _(
                "This person was erased on request (%(requests)s) and is not kept again. If they want to be, let them "
                "come again under “Privacy requests”."
            )
            % {"requests": numbers}
            if is_told
            else _("This can be neither kept nor brought back. An administrator can tell why, and what to do.")
        )


def record_key(*, system: str, kind: str, external_id: str) -> str:
    return f"record|{system.lower()}|{kind}|{external_id}"


def person_keys(said: Mapping[str, Any]) -> set[str]:
    """What a record that says this of a person makes them known by; fields as a file of customers has them."""
    tax, email, phone = (str(said.get(name) or "") for name in ("tax_id", "email", "phone"))
    keys = {f"tax|{plain}"} if tax and (plain := normalise_tax_id(tax)) else set()
    name = comparable_name(str(said.get("name") or ""))
    if not name:
        return keys
    if email and (address := normalise_email(email)):
        keys.add(f"mail|{comparable_email(address)}|{name}")
    if phone and (number := normalise_phone_cached(phone)):
        keys.add(f"phone|{number}|{name}")
    if street := _street(str(said.get("address") or "")):
        keys.add(f"street|{street}|{name}")
    if born := said.get("birth_date"):
        keys.add(f"born|{born.isoformat() if isinstance(born, date) else born}|{name}")
    return keys


def keys_beside(name: str, cells: Iterable[str]) -> set[str]:
    """What a row of something else makes somebody known by whom it only calls by name: any of its cells may say how
    they are reached, where they live, or when they were born.
    """
    keys: set[str] = set()
    for cell in cells:
        said = {"address": cell} if _street(cell) else {}
        if "@" in cell:
            said["email"] = cell
        elif _DAY.fullmatch(cell):
            said["birth_date"] = cell
        elif _PHONE.fullmatch(cell):
            said["phone"] = cell
        if said:
            keys |= person_keys({"name": name, **said})
    return keys


def _street(address: str) -> str:
    """Its letters and digits in lower case; of what has no number of a house, nothing."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", address).casefold())
    return plain if len(plain) >= SHORTEST and re.search("[0-9]", plain) and not plain.isdecimal() else ""


def suppress(*, request: PrivacyRequest, keys: Iterable[str]) -> None:
    """Refuse whoever brings one of the keys from now on."""
    rows = [SuppressedKey(digest=digest_of(key), request=request) for key in sorted({*keys, WITNESS})]
    SuppressedKey.objects.bulk_create(rows, ignore_conflicts=True)


def forgotten() -> int:
    """How many erased people would come back: the secret that their keys were hashed by is told no more."""
    known = SuppressedKey.objects.filter(digest__in=digests_of(WITNESS)).values("request")
    return SuppressedKey.objects.exclude(request__in=known).values("request").distinct().count()


def check_person(said: Mapping[str, Any], *, before: Mapping[str, Any] | None = None) -> None:
    """Raises ErasedOnRequest where somebody brings in a person who was erased, and who they were not `before`."""
    keys = person_keys(said) - (person_keys(before) if before else set())
    digests = [digest for key in keys for digest in digests_of(key)]
    found = SuppressedKey.objects.filter(digest__in=digests).values_list("request_id", flat=True) if digests else ()
    if requests := list(found):
        by = _who_acts()
        raise ErasedOnRequest(requests, is_told=by is not None and by.has_perm(EXPORTS))


def refusals_noted(verb: Callable[P, R]) -> Callable[P, R]:
    """Who brings in somebody who was erased leaves a row of the audit, after the transaction that was given up."""

    @wraps(verb)
    def noted(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except ErasedOnRequest as error:
            record(what="privacy.refused", by=_who_acts(), details={"requests": error.requests})
            raise

    return noted


def _who_acts() -> User | None:
    return User.objects.filter(pk=present().get("user") or 0).first()
