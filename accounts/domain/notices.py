"""Telling people something: shown at the bell of every page and in the mail of the morning.

Whoever has something to tell registers its kind, and calls `tell` in the transaction that made it so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Notice, User

Data = Mapping[str, Any]
MANY: Final = 99


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """`words`: what a notice of the kind says, made of its data, in the active language; `icon` names a Tabler icon."""

    key: str
    label: str | Promise
    words: Callable[[Data], str]
    icon: str = "bell"


_kinds: Final[dict[str, NoticeKind]] = {}
UNKNOWN: Final = NoticeKind(key="", label=_("notice"), words=lambda data: str(data.get("what", "")))


def register_notice_kind(kind: NoticeKind) -> None:
    """Registering the same key again replaces it."""
    _kinds[kind.key] = kind


def kind_of(notice: Notice) -> NoticeKind:
    """What an older release told is shown by its data alone."""
    return _kinds.get(notice.kind, UNKNOWN)


def words_of(notice: Notice) -> str:
    return kind_of(notice).words(notice.data)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice of many. `is_mailed`: a mail says it too, so that of the morning need not."""

    user_id: int
    key: str
    data: Data
    url: str = ""
    customer_id: int | None = None
    is_mailed: bool = False


def tell(
    *, user_ids: Collection[int], kind: str, key: str, now: datetime, data: Data | None = None, url: str = "",
    customer_id: int | None = None,
) -> None:  # fmt: skip
    """One notice to each of the users, in the caller's transaction; who has one with the `key` is told no second time.

    `url`: where it leads, a path of ours. `data`: JSON, for the words of its kind.
    """
    told = [
        Told(user_id=user_id, key=key, data=data or {}, url=url, customer_id=customer_id)
        for user_id in sorted(set(user_ids))
    ]
    tell_each(told, kind=kind, now=now)


def tell_each(told: Collection[Told], *, kind: str, now: datetime) -> None:
    """As `tell`, something else to each; one statement."""
    made = [
        Notice(
            user_id=one.user_id, kind=kind, data=dict(one.data), url=one.url, customer_id=one.customer_id, key=one.key,
            at=now, mailed_at=now if one.is_mailed else None,
        )
        for one in told
    ]  # fmt: skip
    Notice.objects.bulk_create(made, ignore_conflicts=True)


def unread(user: User) -> int:
    """One probe of an index that holds the unread alone; no more are counted than the bell tells apart."""
    return Notice.objects.visible_to(user).filter(read_at=None)[: MANY + 1].count()


def mark_one_read(*, notice: Notice, now: datetime) -> None:
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now)


def mark_all_read(*, user: User, until: datetime, now: datetime) -> int:
    """Those told `until` then, so that none goes unseen that came meanwhile; how many."""
    return Notice.objects.filter(user=user, read_at=None, at__lte=until).update(read_at=now)


def settle(*, user_ids: Collection[int], keys_from: str, now: datetime) -> None:
    """What these users were told under keys that begin so needs no reading any more."""
    Notice.objects.filter(user_id__in=user_ids, read_at=None, key__startswith=keys_from).update(read_at=now)
