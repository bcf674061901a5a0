"""Requests: asked for with a reason, confirmed by the person's number, withdrawn; and let come again."""

import re
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from customers.identity.privacy.needles import folded
from customers.identity.privacy.subjects import Subject, needles_of, subject_of
from customers.models import PrivacyRequest

State, What = PrivacyRequest.State, PrivacyRequest.What
_REFERENCE: Final = re.compile(r"[\w./ -]*", re.ASCII)


class AskedAlready(DomainError):
    """Somebody has asked for it before, and it is not over."""

    def __init__(self) -> None:
        super().__init__(_("It has been asked for already. Confirm or withdraw that request."))


class ErasedAlready(DomainError):
    """There is nothing left to erase."""

    def __init__(self) -> None:
        super().__init__(_("This person was erased before."))


class WrongNumber(DomainError):
    """What was typed is not the number of whoever is to be erased."""

    def __init__(self) -> None:
        super().__init__(_("That is not the number of this person. Nothing was erased."))


class NamesThePerson(DomainError):
    """The proof of an erase may not hold what was erased."""

    def __init__(self) -> None:
        super().__init__(_("The file number stays when the person is erased: it may not name them."))


class EraseOpen(DomainError):
    """What would be copied is about to go."""

    def __init__(self) -> None:
        super().__init__(_("This person is being erased: no copy is made of them any more."))


class NotToTryAgain(DomainError):
    """It has not failed, or somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(_("This request has not failed, or somebody has taken it up again already."))


class NotToConfirm(DomainError):
    """It was confirmed or withdrawn meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This request was confirmed or withdrawn meanwhile."))


def ask_erasure(*, subject: Subject, reason: str, reference: str, by: User, now: datetime) -> PrivacyRequest:
    """The first step: nothing is erased yet. Raises ErasedAlready, AskedAlready, NamesThePerson."""
    if subject.is_erased:
        raise ErasedAlready
    if not _REFERENCE.fullmatch(reference) or needles_of(subject).are_in(reference) or _is_part(reference, subject):
        raise NamesThePerson
    try:
        with transaction.atomic():
            asked = PrivacyRequest.objects.create(
                what=What.ERASE, customer_id=subject.customer.pk, contact_id=subject.contact_id,
                reason=reason, reference=reference.strip(), asked_by=by, asked_at=now,
            )  # fmt: skip
            _note("privacy.erase_asked", asked, by)
    except IntegrityError as error:
        raise AskedAlready from error
    return asked


def _is_part(reference: str, subject: Subject) -> bool:
    """A word of their name is enough."""
    words = set(re.findall(r"\w{3,}", folded(subject.name)))
    return bool(words & set(re.findall(r"\w{3,}", folded(reference))))


def confirm_erasure(*, request: PrivacyRequest, number: str, by: User, now: datetime) -> PrivacyRequest:
    """The second step: a worker begins. Raises WrongNumber, NotToConfirm, PersonGone."""
    subject = subject_of(request)
    if number.strip().lstrip("#") != str(subject.number):
        raise WrongNumber
    said = {"confirmed_by": by, "confirmed_at": now, "meant": subject.ids["customers"], "error": ""}
    return _move(request, State.QUEUED, "privacy.erase_confirmed", by, **said)


def ask_again(*, request: PrivacyRequest, why: str) -> None:
    """Whoever was confirmed is another by now: nothing was erased, and it is to be confirmed anew."""
    PrivacyRequest.objects.filter(pk=request.pk).update(
        state=State.ASKED, step="", attempts=0, meant=None, confirmed_by=None, confirmed_at=None, error=why
    )


def try_again(*, request: PrivacyRequest, by: User) -> PrivacyRequest:
    """A request that has failed goes on from where it was. Raises NotToTryAgain, AskedAlready."""
    said = {"error": "", "attempts": 0, "finished_at": None}
    said |= {} if request.confirmed_by_id or request.what == What.EXPORT else {"confirmed_by": by}
    try:
        with transaction.atomic():
            if not PrivacyRequest.objects.filter(pk=request.pk, state=State.FAILED).update(state=State.QUEUED, **said):
                raise NotToTryAgain
            _note("privacy.again", request, by)
    except IntegrityError as error:
        raise AskedAlready from error
    request.refresh_from_db()
    return request


def withdraw(*, request: PrivacyRequest, by: User, now: datetime) -> PrivacyRequest:
    """Nothing is erased. Raises NotToConfirm."""
    return _move(request, State.WITHDRAWN, "privacy.erase_withdrawn", by, finished_at=now)


def ask_export(*, subject: Subject, by: User, now: datetime) -> PrivacyRequest:
    """A copy of all that is held, for whoever asks, to be given to the person. Raises EraseOpen."""
    check_no_erase(subject)
    with transaction.atomic():
        asked = PrivacyRequest.objects.create(
            what=What.EXPORT, state=State.QUEUED, customer_id=subject.customer.pk,
            contact_id=subject.contact_id, asked_by=by, asked_at=now,
        )  # fmt: skip
        _note("privacy.export", asked, by)
    return asked


def check_no_erase(subject: Subject) -> None:
    """Raises EraseOpen from when it is confirmed until it is done, also where it has broken off on the way; a contact
    person goes with their customer.
    """
    begun = Q(state__in=PrivacyRequest.OPEN) | (Q(state=State.FAILED) & ~Q(step__in=("", "refuse")))
    erases = PrivacyRequest.objects.filter(begun, what=What.ERASE)
    theirs = erases.filter(customer_id__in=subject.ids["customers"])
    if theirs.filter(Q(contact_id=None) | Q(contact_id=subject.contact_id)).exists():
        raise EraseOpen


def let_come_again(*, request: PrivacyRequest, by: User, now: datetime) -> None:
    """The person wants to be a customer again: what they are known by is no longer refused. Nothing comes back."""
    with transaction.atomic():
        locked = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state != State.DONE or locked.what != What.ERASE or locked.returned_at is not None:
            raise NotToConfirm
        locked.keys.all().delete()
        locked.returned_at = now
        locked.save(update_fields=["returned_at"])
        _note("privacy.may_come_again", locked, by)


def _move(request: PrivacyRequest, to: str, what: str, by: User, **values: object) -> PrivacyRequest:
    with transaction.atomic():
        waiting = PrivacyRequest.objects.filter(pk=request.pk, what=What.ERASE, state=State.ASKED)
        if not waiting.update(state=to, **values):
            raise NotToConfirm
        _note(what, request, by)
    request.refresh_from_db()
    return request


def _note(what: str, request: PrivacyRequest, by: User) -> None:
    record(what=what, by=by, details={"request": request.pk, "reason": request.reason})
