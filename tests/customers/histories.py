"""What the history tells of a customer, for the tests of its sources."""

from django.contrib.auth.models import AnonymousUser

from crm.common.audit.changes import Change
from customers.models import Customer
from customers.page.reading import read
from customers.registry import history
from customers.registry.page import Reader


def told(customer: Customer, source: str, reader: Reader | None = None, *, limit: int = 100) -> list[Change]:
    """Of one source, newest first; to nobody in particular, and so with nothing to undo, unless somebody reads."""
    rows = history._sources[source].rows
    found = read({source: rows}, customer, reader or AnonymousUser(), None, limit=limit)
    return [rows.change(happened, reader or AnonymousUser()) for _place, happened in found]


def said(
    customer: Customer, source: str, reader: Reader | None = None
) -> list[tuple[str, str | list[tuple[str, ...]]]]:
    """Who, and what: a sentence, or the fields."""
    return [(one.who, one.what or list(one.fields)) for one in told(customer, source, reader)]
