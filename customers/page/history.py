"""Everything that was done to a customer, on one page."""

from collections.abc import Iterable

from crm.common.audit.changes import Change, newest
from customers.identity.history import changes
from customers.identity.tables import Imports
from customers.interactions.history import contacts_logged
from customers.models import Customer, ImportBatch
from customers.registry.page import Reader
from customers.tiers.history import tier_changes


def history(customer: Customer, reader: Reader) -> list[Change]:
    """Newest first; five queries."""
    return newest([*changes(customer), *contacts_logged(customer, reader), *tier_changes(customer)])


def imports_of(found: Iterable[Change], reader: Reader) -> Imports:
    """The files that brought changes; one query, where there are any."""
    batches = {change.batch for change in found if change.batch is not None}
    named = ImportBatch.objects.filter(pk__in=batches).values_list("pk", "filename") if batches else ()
    return Imports(files=dict(named), may_open=reader.has_perm("customers.import_data"))
