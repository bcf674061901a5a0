"""Everything that people did to a customer, on one page."""

from customers.identity.history import LIMIT, Change, changes
from customers.interactions.history import contacts_logged
from customers.models import Customer


def history(customer: Customer) -> list[Change]:
    """Newest first; four queries."""
    everything = [*changes(customer), *contacts_logged(customer)]
    return sorted(everything, key=lambda change: change.at, reverse=True)[:LIMIT]
