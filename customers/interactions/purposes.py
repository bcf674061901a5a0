"""What contacts are about."""

from django.db import connection

# The purposes in use, newest contacts first; reads the end of the primary key.
PURPOSES = """
SELECT purpose FROM (SELECT id, purpose FROM customers_interaction ORDER BY id DESC LIMIT 1000) AS newest
WHERE purpose <> '' GROUP BY purpose ORDER BY count(*) DESC, purpose LIMIT 20
"""


def purposes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PURPOSES)
        return [purpose for (purpose,) in cursor.fetchall()]
