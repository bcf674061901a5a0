"""Who looked at whose page last, and when."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from accounts.models import User
from customers.models import Customer

PAUSE: Final = timedelta(minutes=1)
"""Looking again sooner is the same visit."""

# A customer who is just being deleted is visited by nobody.
_VISIT = """
INSERT INTO customers_visit (user_id, customer_id, at)
SELECT %(user)s, c.id, %(now)s FROM customers_customer c WHERE c.id = %(customer)s
ON CONFLICT (user_id, customer_id) DO UPDATE SET at = EXCLUDED.at WHERE customers_visit.at <= %(sooner)s
"""


def record_visit(*, user: User, customer: Customer, now: datetime) -> None:
    """One statement, which writes at most once a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, {"user": user.pk, "customer": customer.pk, "now": now, "sooner": now - PAUSE})
