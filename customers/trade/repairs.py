"""What was mended for a customer, and how much of it there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from customers.models import Customer
from customers.registry.page import Reader

# One index scan over the customer's own rows.
_COUNTS: Final = """
(SELECT ARRAY[count(*), count(*) FILTER (WHERE closed_at IS NULL), count(*) FILTER (WHERE under_warranty),
              coalesce(sum(cost), 0)]
 FROM customers_repair WHERE customer_id = customers_customer.id)
"""


@dataclass(frozen=True, kw_only=True)
class Repairs:
    """How many there are; `cost` is what those of known cost come to, in the company's currency."""

    count: int
    open: int
    under_warranty: int
    cost: Decimal

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Of one read with `repairs_read`."""
        count, is_open, under_warranty, cost = customer.repairs_read  # type: ignore[attr-defined] # annotated
        return cls(count=int(count), open=int(is_open), under_warranty=int(under_warranty), cost=cost)


def repairs_read(_reader: Reader) -> Mapping[str, Any]:
    """To be read with the customer."""
    return {"repairs_read": RawSQL(_COUNTS, [], output_field=ArrayField(DecimalField()))}  # noqa: S611 - a constant


def repairs_panel(_request: HttpRequest, customer: Customer) -> dict[str, Any] | None:
    """Nothing where nothing was ever mended."""
    repairs = Repairs.of(customer)
    return {"customer": customer, "repairs": repairs} if repairs.count else None


def duration_words(opened: datetime, closed: datetime) -> str:
    """How long it took, in whole days."""
    days = (closed - opened).days
    return (
        ngettext("took %(days)d day", "took %(days)d days", days) % {"days": days} if days else gettext("within a day")
    )
