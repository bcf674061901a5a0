"""Give many customers a tag, or take it from them."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.errors import DomainError
from customers.identity.tagging import MOST_OF_ONE
from customers.models import Tag
from customers.registry.bulk import Changed, Parameters

_ADD = """
INSERT INTO customers_customertag (customer_id, tag_id) SELECT id, %(tag)s FROM unnest(%(ids)s::bigint[]) AS c (id)
WHERE (SELECT count(*) FROM customers_customertag t WHERE t.customer_id = c.id) < %(most)s
ON CONFLICT (customer_id, tag_id) DO NOTHING RETURNING customer_id, id
"""
_REMOVE = """
DELETE FROM customers_customertag WHERE tag_id = %(tag)s AND customer_id = ANY(%(ids)s) RETURNING customer_id, id
"""
_TAKE_BACK = """
DELETE FROM customers_customertag t USING unnest(%(ids)s::bigint[], %(rows)s::bigint[]) AS c (customer_id, id)
WHERE t.id = c.id AND t.customer_id = c.customer_id AND t.tag_id = %(tag)s RETURNING t.customer_id, t.id
"""


class NoSuchTag(DomainError):
    """Somebody has deleted the tag."""

    def __init__(self) -> None:
        super().__init__(_("This tag is no longer there."))


def in_words(parameters: Parameters) -> str:
    return str(Tag.objects.filter(pk=parameters["tag"]).first() or "")


def add_tag(ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
    """`after` is the row that says so: given once more by somebody else it is another.

    Who has as many tags as one may have is left out. Raises NoSuchTag.
    """
    _keep(parameters)
    return [Changed(row_id=pk, before=None, after=row) for pk, row in _written(_ADD, parameters, ids)]


def take_back_added(parameters: Parameters, changes: Sequence[Changed], _by: User) -> set[int]:
    ids = [each.row_id for each in changes]
    return {pk for pk, _row in _written(_TAKE_BACK, parameters, ids, rows=[each.after for each in changes])}


def remove_tag(ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
    return [Changed(row_id=pk, before=row, after=None) for pk, row in _written(_REMOVE, parameters, ids)]


def take_back_removed(parameters: Parameters, changes: Sequence[Changed], _by: User) -> set[int]:
    """Whoever was given it again keeps it as it is. Raises NoSuchTag."""
    _keep(parameters)
    return {pk for pk, _row in _written(_ADD, parameters, [each.row_id for each in changes])}


def _keep(parameters: Parameters) -> None:
    """Until the transaction ends."""
    if not Tag.objects.select_for_update(no_key=True).filter(pk=parameters["tag"]).exists():
        raise NoSuchTag


def _written(
    statement: str, parameters: Parameters, ids: Sequence[int], *, rows: Sequence[int] = ()
) -> list[tuple[int, int]]:
    values = {"tag": parameters["tag"], "most": MOST_OF_ONE}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "ids": list(ids), "rows": list(rows)})
        return [(int(pk), int(row)) for pk, row in cursor.fetchall()]
