"""Texts of which no column says whose they are: rows that were refused or wait, mails, the administration's log."""

from collections.abc import Mapping
from typing import Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.backends.utils import CursorWrapper

from crm.common.outbox.models import OutboxMail
from customers.identity.privacy.needles import Needles
from customers.importing.sql import ERASED_REASON
from customers.models import Contact, Customer

ROWS: Final = 5_000

_REJECTS: Final = """
SELECT id, reason || ' ' || row::text FROM customers_importreject WHERE id > %(after)s ORDER BY id LIMIT %(most)s
"""
_BLANK_REJECTS: Final = "UPDATE customers_importreject SET row = '{}', reason = %(reason)s WHERE id = ANY(%(ids)s)"
_PARKED: Final = """
SELECT id, external_id || ' ' || rows::text FROM customers_parkedrow WHERE id > %(after)s ORDER BY id LIMIT %(most)s
"""
_FORGET_PARKED: Final = "DELETE FROM customers_parkedrow WHERE id = ANY(%(ids)s)"


def blank_rejects(cursor: CursorWrapper, needles: Needles, *, after: int) -> tuple[int, int]:
    """Of the next rejects, those that name the person; → where to go on (0: nowhere), how many there were."""
    return _some(cursor, needles, after, _REJECTS, _BLANK_REJECTS)


def forget_parked(cursor: CursorWrapper, needles: Needles, *, after: int) -> tuple[int, int]:
    return _some(cursor, needles, after, _PARKED, _FORGET_PARKED)


def _some(cursor: CursorWrapper, needles: Needles, after: int, read: str, write: str) -> tuple[int, int]:
    cursor.execute(read, {"after": after, "most": ROWS})
    rows = cursor.fetchall()
    ids = [pk for pk, text in rows if needles.are_in_row(text)]
    if ids:
        cursor.execute(write, {"ids": ids, "reason": str(ERASED_REASON)})
    return (rows[-1][0] if len(rows) == ROWS else 0), len(ids)


def forget_mails(needles: Needles) -> int:
    """Mails that name the person are not sent any more, and what is kept of those that were says nothing."""
    found = 0
    for mail in OutboxMail.objects.iterator(chunk_size=ROWS):
        if needles.are_in(" ".join((mail.subject, mail.body, mail.html, str(mail.data), mail.to, mail.last_error))):
            mail.delete()
            found += 1
    return found


def forget_log_entries(ids: Mapping[str, list[int]]) -> None:
    """What the administration says of what was changed there."""
    models = {Contact: ids["contacts"]} if ids["contacts"] else {Customer: ids["customers"]}
    for model, pks in models.items():
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in pks]
        )
        entries.update(object_repr="", change_message="")
