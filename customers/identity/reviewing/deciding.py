"""What people say of two customers that may be one: merged, not the same, later; and what they take back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from customers.identity.editing import Value
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.choosing import choose
from customers.identity.merging.undoing import AlreadyUndone, undo_merge
from customers.identity.reviewing.following import withdraw_apart
from customers.models import Customer, Match, Merge

State = Match.State


class AlreadyDecided(DomainError):
    """Somebody was faster."""


class Withdrawn(DomainError):
    """It is no longer proposed."""

    def __init__(self) -> None:
        super().__init__(_("These two are no longer proposed."))


class NotDecided(DomainError):
    """There is nothing to take back."""


class NotOfThePair(DomainError):
    """The survivor is one of the two."""


def merge_match(*, pk: int, survivor_id: int, values: Mapping[str, Value], by: User, now: datetime) -> Merge:
    """Make the two of a proposal one; `values`: what of theirs is to show where the ranks say another (`choosing`).

    Raises Withdrawn, AlreadyDecided, NotOfThePair, and what `merge_customers` does.
    """
    with transaction.atomic():
        match = _claim(pk)
        return _merge(match, survivor_id, values, by, now)


def merge_pair(
    *, left: Customer, right: Customer, survivor_id: int, values: Mapping[str, Value], by: User, now: datetime
) -> Match:
    """The same of any two: whoever merges them says so, whatever was said before."""
    first, second = sorted((left.pk, right.pk))
    with transaction.atomic():
        given = {"kind": left.kind, "score": 0.0, "proposed_at": now}
        match, _made = Match.objects.select_for_update().get_or_create(left_id=first, right_id=second, defaults=given)
        _merge(match, survivor_id, values, by, now)
    return match


def say_different(*, pk: int, by: User, now: datetime) -> None:
    """They are two, for ever. Raises Withdrawn, AlreadyDecided."""
    with transaction.atomic():
        match = _claim(pk)
        _decide(match, State.DIFFERENT, by, now)
        withdraw_apart(match.left_id, match.right_id)


def put_off(*, pk: int, by: User, now: datetime) -> None:
    """It is not asked again until somebody looks at what was put off. Raises Withdrawn, AlreadyDecided."""
    with transaction.atomic():
        _decide(_claim(pk), State.LATER, by, now)


def take_back(*, pk: int, by: User, now: datetime) -> Match | None:
    """The two are to be decided again, if they were proposed; a merge is undone. Raises Withdrawn, NotDecided."""
    with transaction.atomic():
        match = Match.objects.filter(pk=pk).first()
        if match is None:
            raise Withdrawn
        if match.decided_at is None or not _take_back(match, by, now):
            raise NotDecided(_("Nobody has decided on these two yet, or it was taken back before."))
        record(what="duplicates.undo", by=by, details={"match": match.pk, "was": match.state})
    return Match.objects.filter(pk=match.pk).first()


def _take_back(match: Match, by: User, now: datetime) -> bool:
    """Undoing a merge does the same with its proposal, after its locks: the row is not locked before."""
    if match.state == State.MERGED and match.merge_id:
        try:
            undo_merge(merge=Merge.objects.get(pk=match.merge_id), by=by, now=now)
        except AlreadyUndone:
            return False
        return True
    said = Match.objects.filter(pk=match.pk, state=match.state, decided_at=match.decided_at)
    return bool(said.update(state=State.PROPOSED, decided_by=None, decided_at=None))


def _claim(pk: int) -> Match:
    """Alone at it until the transaction ends."""
    match = Match.objects.select_for_update(of=("self",)).select_related("decided_by").filter(pk=pk).first()
    if match is None:
        raise Withdrawn
    if match.state not in Match.OPEN:
        who = match.decided_by or _("a rule")
        raise AlreadyDecided(
            _("%(who)s has decided on these two already: %(what)s.") % {"who": who, "what": match.get_state_display()}
        )
    return match


def _merge(match: Match, survivor_id: int, values: Mapping[str, Value], by: User, now: datetime) -> Merge:
    there = Customer.objects.in_bulk([match.left_id, match.right_id])
    if survivor_id not in (match.left_id, match.right_id):
        raise NotOfThePair(_("One of the two has to survive."))
    if len(there) < 2:
        raise Withdrawn
    absorbed_id = match.right_id if survivor_id == match.left_id else match.left_id
    _decide(match, State.MERGED, by, now)
    merge = merge_customers(survivor=there[survivor_id], absorbed=there[absorbed_id], by=by, now=now)
    choose(merge=merge, values=values)
    match.merge_id = merge.pk
    match.save(update_fields=["merge_id"])
    return merge


def _decide(match: Match, state: str, by: User, now: datetime) -> None:
    match.state, match.decided_by, match.decided_at = state, by, now
    match.save(update_fields=["state", "decided_by", "decided_at"])
    record(what=f"duplicates.{state}", by=by, details={"match": match.pk})
