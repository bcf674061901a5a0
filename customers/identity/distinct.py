"""What customers have in a field, each value once: read by steps along an index from one value to the next.

A part of a text finds no index; the few values that have it do. A company of a million customers is in some hundred
cities and industries.
"""

from typing import Final

from django.db import connection

MOST: Final = 5_000
"""So many values are looked at; where there are more, the customers themselves are."""
INDUSTRY: Final = "industry"
CITY: Final = "city"

_STEPS: Final = """
WITH RECURSIVE known (value) AS (
  (SELECT {value} FROM customers_customer ORDER BY {value} LIMIT 1)
  UNION ALL
  SELECT (SELECT {value} FROM customers_customer WHERE {value} > known.value ORDER BY {value} LIMIT 1)
  FROM known WHERE known.value IS NOT NULL
)
SELECT count(value), coalesce(array_agg(value) FILTER (WHERE {fits}), '{{}}')
FROM (SELECT value FROM known LIMIT %s) each
"""


def values_with(value: str, *, fits: str, text: str) -> list[str] | None:
    """Those that fit `text`, as `fits` compares `value` with `%s`; None where there are too many to look at."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS.format(value=value, fits=fits), [text, MOST + 1])
        looked_at, found = cursor.fetchone() or (0, [])
    return None if looked_at > MOST else found
