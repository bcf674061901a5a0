"""Texts of which no column says whose they are: rows that were refused or wait, mails, notices, what imports and feeds
said of a file, sessions, the administration's log.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import Notice, SavedView
from accounts.sessions import SessionStore
from crm.common.outbox.models import OutboxMail
from customers.identity.privacy.needles import Needles
from customers.importing.sql import ERASED_REASON
from customers.models import Contact, Customer, Feed, FeedFile, ImportBatch

ROWS: Final = 5_000
_SIGNED_IN: Final = ("_auth", "account_")
"""How what a session knows of who is signed in begins."""

_REJECTS: Final = """
SELECT id, concat_ws(' ', "column", reason, row) FROM customers_importreject WHERE id > %(after)s
ORDER BY id LIMIT %(most)s
"""
_BLANK_REJECTS: Final = """
UPDATE customers_importreject SET row = '{}', reason = %(reason)s, "column" = '' WHERE id = ANY(%(ids)s)
"""
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
    told = ("subject", "body", "html", "data", "to", "last_error")
    return _delete(OutboxMail, _naming(OutboxMail, needles, told))


def forget_notices(needles: Needles) -> int:
    """What members of staff were told of others that names the person, too."""
    return _delete(Notice, _naming(Notice, needles, ("data",)))


def forget_words_of_files(needles: Needles) -> int:
    """What a feed says went wrong, and the first line of a file that has no headers and begins with their row. What a
    file is called stays, as does what imports said: their history keeps both, which nobody may change.
    """
    done, words = 0, _("What went wrong named somebody who was erased on request.")
    for model in (Feed, FeedFile):
        done += model.objects.filter(pk__in=list(_naming(model, needles, ("error",)))).update(error=words)
    for owner in (ImportBatch, Feed):
        done += owner.objects.filter(pk__in=list(_naming(owner, needles, ("headers",)))).update(headers=[])
    return done


def forget_in_sessions(needles: Needles) -> int:
    """A view that was just deleted, a message that was not shown yet."""
    store, done = SessionStore(), 0
    for session in Session.objects.iterator(chunk_size=ROWS):
        said: dict[str, Any] = store.decode(session.session_data)
        kept = {
            name: one for name, one in said.items() if name.startswith(_SIGNED_IN) or not needles.are_in(_as_text(one))
        }
        if len(kept) < len(said):
            done += Session.objects.filter(pk=session.pk).update(session_data=store.encode(kept))
    return done


def views_that_name(needles: Needles) -> int:
    """Whoever made them is to change them: what a view is without a condition nobody else can say."""
    return sum(1 for _view in _naming(SavedView, needles, ("name", "search", "conditions")))


def _naming(model: Any, needles: Needles, names: tuple[str, ...]) -> Iterable[int]:
    for pk, *said in model.objects.values_list("pk", *names).order_by("pk").iterator(chunk_size=ROWS):
        if needles.are_in_row(" ".join(_as_text(one) for one in said)):
            yield pk


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _delete(model: Any, pks: Iterable[int]) -> int:
    return sum(model.objects.filter(pk=pk).delete()[0] for pk in list(pks))


def forget_log_texts(needles: Needles) -> int:
    """What the administration says of other rows."""
    entries = LogEntry.objects.filter(pk__in=list(_naming(LogEntry, needles, ("object_repr", "change_message"))))
    return entries.update(object_repr="", change_message="")


def forget_log_entries(ids: Mapping[str, list[int]]) -> None:
    """What the administration says of what was changed there."""
    models = {Contact: ids["contacts"]} if ids["contacts"] else {Customer: ids["customers"]}
    for model, pks in models.items():
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in pks]
        )
        entries.update(object_repr="", change_message="")
