"""Tags that were deleted, or became one with another, put back on whoever had them."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.audit.restoring import NothingToPutBack, as_it_was, deletions
from crm.common.audit.who import names, who
from crm.common.errors import DomainError
from crm.common.retrying import retried
from customers.identity.tagging import BECAME, may_pass_with_others
from customers.models import Tag

PUT_BACK_WITHIN: Final = timedelta(days=30)
SHOWN: Final = 20

# What one transaction did has one moment. Both are a pass over the events of a tag, by an index. Rows come back under
# their old keys, so that an earlier merge can be undone after a later one.
_TAKE_BACK: Final = """
DELETE FROM customers_customertag t USING customers_customertagevent e
WHERE e.tag_id = %(into)s AND e.pgh_label = 'insert' AND e.pgh_created_at = %(at)s AND t.id = e.pgh_obj_id
"""
_PUT_BACK: Final = """
INSERT INTO customers_customertag (id, customer_id, tag_id)
SELECT e.pgh_obj_id, e.customer_id, e.tag_id
FROM customers_customertagevent e JOIN customers_customer c ON c.id = e.customer_id
WHERE e.tag_id = %(tag)s AND e.pgh_label = 'delete' AND e.pgh_created_at = %(at)s ON CONFLICT DO NOTHING
"""


class OtherIsGone(DomainError):
    """The tag it became one with was deleted, or became one with a third."""


def removed_tags(*, now: datetime) -> list[Any]:
    """The events of those that can be put back, the last first, at most twenty: with `into` where a tag became another,
    and `by`. Three queries.
    """
    found = list(deletions(Tag, since=now - PUT_BACK_WITHIN).select_related("pgh_context")[:SHOWN])
    users = names(event.pgh_context for event in found)
    others = Tag.objects.in_bulk({into for event in found if (into := _became(event))})
    for event in found:
        event.into, event.by = others.get(_became(event) or 0), who(event.pgh_context, users)
    return [event for event in found if event.into or not _became(event)]


def put_back_tag(*, event: Any, by: User) -> int:
    """As it was, on whoever had it and is still there; who got the other tag with the merge loses that again.

    Returns how many have it. Raises NothingToPutBack where it, or another of its name, is there; OtherIsGone.
    """
    have: int = retried(_put_back, passing=may_pass_with_others)(event, by)
    return have


def _put_back(event: Any, by: User) -> int:
    tag, into = as_it_was(Tag, event), _became(event)
    with transaction.atomic(), connection.cursor() as cursor:
        if into and not Tag.objects.select_for_update().filter(pk=into).exists():
            raise OtherIsGone(_("The tag it became one with is no longer there. Put that back first."))
        if Tag.objects.filter(pk=tag.pk).exists() or Tag.objects.filter(name__iexact=tag.name).exists():
            raise NothingToPutBack
        tag.save(force_insert=True)
        done = {"tag": tag.pk, "into": into, "at": event.pgh_created_at}
        cursor.execute(_TAKE_BACK, done)
        cursor.execute(_PUT_BACK, done)
        have = int(cursor.rowcount)
        record(what="tags.put_back", by=by, count=have, details={"tag": tag.pk, "into": into})
    return have


def _became(event: Any) -> int | None:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    into = metadata.get(BECAME)
    return into if isinstance(into, int) else None
