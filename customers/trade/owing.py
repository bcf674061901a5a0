"""What a customer owes, as the head of the customer's page shows it."""

from typing import Final

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from crm.common.days import today

# One probe of the index of open invoices.
_OWED: Final = "(SELECT to_jsonb(owed) FROM crm_owed(%s) owed WHERE owed.customer_id = customers_customer.id)"


def owed() -> RawSQL:
    """{open, overdue, …} in the company's currency as of today; None where nothing is open."""
    return RawSQL(_OWED, [today()], output_field=JSONField())  # noqa: S611 - a constant
