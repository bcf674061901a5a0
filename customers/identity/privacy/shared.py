"""Keys that too many records share stand in plain text: those of an erased person go."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection

from customers.identity.linking import ALONE, link_key
from customers.models import Customer, SharedKey
from customers.registry import listening

_WITH: Final = ("tax_id", "email", "phone")


def forget_shared_keys(said: Iterable[Mapping[str, Any]]) -> int:
    """Those that what is said of the person would link by, whatever kind a record says they are; → how many.

    Their records are refused from then on, so that nobody is linked by such a key again.
    """
    keys = {
        _key(one, name, kind) for one in said for name in _WITH if one.get(name) for kind in ("", Customer.Kind.PERSON)
    }
    found = SharedKey.objects.filter(key__in={key for key in keys if not key.startswith(ALONE)})
    gone = list(found.values_list("key", flat=True))
    found.delete()
    with connection.cursor() as cursor:
        for key in gone:
            listening.key_shared(cursor, key)
    return len(gone)


def _key(one: Mapping[str, Any], name: str, kind: str) -> str:
    return link_key(name=str(one.get("name") or ""), kind=kind, record="", **{name: str(one[name])})
