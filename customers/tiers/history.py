"""Which tiers a customer was in, and who decided it."""

from typing import Final

from crm.common.audit.changes import Change
from customers.models import TierAssignment
from customers.registry.history import HistoryRows
from customers.registry.page import Happened, Reader
from customers.tiers.entries import ROWS, names_in, sentence


def of_tier(row: Happened, _reader: Reader) -> Change:
    by, reason = row.facts["by"], TierAssignment.Reason(row.facts["reason"])
    return Change(at=row.at, who=by or str(reason.label), what=sentence(*names_in(row.facts)), is_day=True)


TIERS: Final = HistoryRows(
    table=ROWS.table, where=ROWS.where, at=ROWS.at, is_day=True, facts=ROWS.facts, joins=ROWS.joins, change=of_tier
)
