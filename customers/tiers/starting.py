"""New customers start in the tier that the policy earns them: as a run of `retier` would leave it, at once."""

import structlog
from django.db.backends.utils import CursorWrapper

from crm.common.days import today
from customers.tiers import tiering
from customers.tiers import tiering_sql as sql

log = structlog.get_logger(__name__)


def start_in_tiers(cursor: CursorWrapper) -> None:
    """Those in `imp_arriving` (see `customers.registry.listening`). Without a policy that can be applied they start in
    none: that is no reason to refuse a customer.
    """
    try:
        policy, rules = tiering.get_policy()
    except tiering.NoPolicy:
        return
    except tiering.InvalidPolicy as error:
        log.warning("new customers start in no tier", reason=str(error))
        return
    day = today()
    cursor.execute(sql.BARE)
    bare = [customer for (customer,) in cursor.fetchall()]
    values = {**tiering.values_of(policy, rules, day=day, now=day), "bare": bare}
    cursor.execute(f"{sql.starts(len(rules))};{sql.START}", values)
