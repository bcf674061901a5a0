"""A customer as what a list is narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.common.lists.fields import Field
from crm.common.lists.options import MOST, Asking
from customers.identity import search
from customers.models import Customer


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Searched as the list of customers is; before anything is typed the first by name."""

    def named(self, values: Sequence[str], asking: Asking) -> dict[str, str]:
        ids = [int(value) for value in values if value.isascii() and value.isdigit()]
        rows = Customer.objects.visible_to(asking.user).filter(pk__in=ids)
        return dict(asking.once(("customers", *sorted(ids)), lambda: [(str(row.pk), row.name) for row in rows]))

    def offered(self, text: str, asking: Asking) -> list[tuple[str, str]]:
        visible, sought = Customer.objects.visible_to(asking.user), search.read(text)
        if sought.hint:
            return []
        found = search.matching(visible, sought) if text else visible
        rows = found.order_by("relevance" if text else "search", "pk").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows[: MOST + 1]]


def customer_field(*, path: str = "customer") -> Field:
    return Field(
        key="customer", label=_("Customer"), kind="choice", path=path, is_id=True, only=("is", "is_not"),
        options=Customers(),
    )  # fmt: skip
