"""Everything that people did to a customer, on one page."""

from crm.common.audit.changes import Change, newest
from customers.identity.history import changes
from customers.interactions.history import contacts_logged
from customers.models import Customer


def history(customer: Customer) -> list[Change]:
    """Newest first; four queries."""
    return newest([*changes(customer), *contacts_logged(customer)])
