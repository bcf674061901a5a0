"""Which tiers a customer was in, and who decided it."""

from itertools import pairwise

from crm.common.audit.changes import Change
from crm.common.days import start_of
from customers.models import Customer, TierAssignment
from customers.tiers.entries import sentence


def tier_changes(customer: Customer) -> list[Change]:
    """Newest first; one query."""
    found = TierAssignment.objects.filter(customer=customer).select_related("tier", "by").order_by("valid")
    rows = [row for row in found if row.valid.lower]
    return [_told(row, before) for before, row in pairwise([None, *rows]) if row][::-1]


def _told(row: TierAssignment, before: TierAssignment | None) -> Change:
    return Change(
        at=start_of(row.valid.lower),
        who=str(row.by) if row.by else row.get_reason_display(),
        what=sentence(str(row.tier), str(before.tier) if before else ""),
    )
