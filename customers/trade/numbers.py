"""Orders and invoices by their numbers."""

# Two index probes.
BY_NUMBER = """
SELECT customer_id FROM customers_order WHERE number = %s AND customer_id IS NOT NULL
UNION SELECT customer_id FROM customers_invoice WHERE number = %s AND customer_id IS NOT NULL
"""


def customers_by_number(text: str) -> tuple[str, list[str]]:
    """Whose the order or the invoice of that number is, for the search."""
    return BY_NUMBER, [text, text]
