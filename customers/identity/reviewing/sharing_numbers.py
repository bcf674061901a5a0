"""A telephone number that somebody types, and another customer has: the two are proposed to be one.

Contacts known by a number that two share are nobody's; whoever decides on the two settles whose they are.
"""

import json
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.identity.reviewing.apart import said_of

TYPED: Final = 0.1
"""Below what any look proposes from: one that finds the two probable says how much, else they stay as long as both have
the number.
"""
LOOKED_AT: Final = 500
MOST: Final = 5
"""A number that more than so many others have is a switchboard's, and says nothing."""

# Two index probes: the points with the number, and the customer.
_OTHERS: Final = """
SELECT DISTINCT o.id FROM customers_customer c
JOIN (
  SELECT customer_id FROM customers_contactpoint WHERE kind = 'phone' AND normalised = %(phone)s LIMIT %(looked_at)s
) p ON p.customer_id <> c.id
JOIN customers_customer o ON o.id = p.customer_id AND o.kind = c.kind
WHERE c.id = %(customer)s ORDER BY o.id LIMIT %(most)s
"""
_PROPOSE: Final = """
INSERT INTO customers_match AS m (left_id, right_id, kind, score, evidence, state, proposed_at)
SELECT least(c.id, o), greatest(c.id, o), c.kind, %(score)s, %(evidence)s, 'proposed', %(now)s
FROM customers_customer c, unnest(%(others)s::bigint[]) o WHERE c.id = %(customer)s
ORDER BY 1, 2 ON CONFLICT (left_id, right_id) DO UPDATE SET evidence = excluded.evidence
WHERE m.state = 'proposed' AND m.score = excluded.score AND m.run_id IS NULL
"""
# What was proposed so of a number that the customer has no longer.
_WITHDRAW: Final = """
DELETE FROM customers_match m
WHERE %(customer)s IN (m.left_id, m.right_id) AND m.score = %(score)s AND m.run_id IS NULL AND m.state = 'proposed'
  AND NOT EXISTS (
    SELECT FROM customers_contactpoint a JOIN customers_contactpoint b USING (kind, normalised)
    WHERE a.customer_id = m.left_id AND b.customer_id = m.right_id AND kind = 'phone' AND normalised <> '')
"""


def propose_who_shares(*, customer_id: int, phone: str, now: datetime) -> int:
    """Of the customer, whose number was typed: `phone`, normalised. In the caller's transaction, behind the points.
    → how many are proposed anew. One query where nobody has it.
    """
    if not phone:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, {"customer": customer_id, "phone": phone, "most": MOST + 1, "looked_at": LOOKED_AT})
        others = [pk for (pk,) in cursor.fetchall()]
        if len(others) > MOST:
            return 0
        others = [other for other in others if said_of(*sorted((customer_id, other))) is None]
        if not others:
            return 0
        told = {"key": "phone", "level": "same", "weight": 2.0, "left": f"+{phone}", "right": f"+{phone}"}
        values: dict[str, Any] = {"customer": customer_id, "others": others, "now": now, "score": TYPED}
        cursor.execute(_PROPOSE, {**values, "evidence": json.dumps([told])})
        return int(cursor.rowcount)


def withdraw_who_shared(*, customer_id: int) -> None:
    """What was proposed so and holds no longer, since a number of the customer's is another or gone."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, {"customer": customer_id, "score": TYPED})
