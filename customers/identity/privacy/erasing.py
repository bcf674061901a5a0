"""A person is erased, step by step; the request's row says which is next, so that a killed erase goes on.

The first step refuses what files bring of them from then on, and closes their page to writers; near the end one takes
all that names them in one transaction, then what the audit says of it. Before is what is long, rows by the thousand,
some at a time; after it texts of which no column says whose they are, as until then more may have been written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import locks
from crm.common.audit.acting import acting, in_bulk
from crm.common.audit.forgetting import forget_person
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from crm.common.retrying import retried
from customers.identity.privacy import blanking, files, sealing, shared, texts, trying
from customers.identity.privacy.asking import ask_again
from customers.identity.privacy.needles import Needles
from customers.identity.privacy.subjects import Subject, keys_of, needles_of, said_of, subject_of
from customers.identity.privacy.suppressing import suppress
from customers.identity.relating.regrouping import regroup
from customers.models import Contact, Customer, GroupMember, PrivacyRequest, SourceRecord
from customers.models.customers import ERASED, ERASED_KEY
from customers.registry.personal import Holding, holdings

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 60.0
State = PrivacyRequest.State


class AnotherByNow(DomainError):
    """Nobody confirmed that this person is erased."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was erased: after it was confirmed this person became one with another, or was taken apart. "
                "Look who it is now, and confirm it again."
            )
        )


Step = Callable[[PrivacyRequest, Subject], bool]
"""Does some of it, and says whether all is done. May be done again."""


def run(*, pk: int) -> None:
    """Do what is left of it. Raises `locks.Busy` while others are in the way: the sweeper tries again; BrokeOff where
    that was often enough.
    """
    with locks.held(locks.privacy_worker(pk)) as free:
        if not free:
            raise locks.Busy(_("Another worker is at it."))
        found = PrivacyRequest.objects.filter(pk=pk, what=PrivacyRequest.What.ERASE, state__in=PrivacyRequest.OPEN)
        request = found.select_related("confirmed_by").first()
        if request is not None:
            with acting(user=request.confirmed_by_id, job="privacy", request=request.pk), trying.counted(request):
                try:
                    _go_through(request)
                except AnotherByNow as error:
                    ask_again(request=request, why=str(error))


def unfinished() -> list[int]:
    """Of either kind, in nobody's hands or a worker's."""
    return list(
        PrivacyRequest.objects.filter(state__in=PrivacyRequest.OPEN).order_by("pk").values_list("pk", flat=True)
    )


def _go_through(request: PrivacyRequest) -> None:
    steps = _steps()
    names = list(steps)
    request.state, request.step = State.WORKING, request.step if request.step in names else names[0]
    request.save(update_fields=["state", "step"])
    for name in names[names.index(request.step) :]:
        while not retried(_do)(steps[name], request):
            pass
        _reach(request, names, name)
    facts_changed()


def _do(step: Step, request: PrivacyRequest) -> bool:
    """From where the last commit was."""
    request.refresh_from_db()
    return step(request, subject_of(request))


def _reach(request: PrivacyRequest, names: list[str], name: str) -> None:
    following = names[names.index(name) + 1 :]
    request.place, request.done, request.total, request.attempts = 0, 0, 0, trying.FIRST
    if following:
        request.step = following[0]
    else:
        request.state, request.step, request.finished_at = State.DONE, "", timezone.now()
    request.save(update_fields=["step", "place", "done", "total", "attempts", "state", "finished_at"])


def _needles(request: PrivacyRequest, subject: Subject) -> Needles:
    """As their rows said it before they were blanked. Where the secret is another by now, what is left says it."""
    return sealing.opened(request.sealed) or needles_of(subject)


def _steps() -> Mapping[str, Step]:
    large = {f"rows:{one.table}": partial(_blank_rows, holding=one) for one in reversed(holdings()) if one.is_large}
    unclaimed = {
        f"unclaimed:{one.table}": partial(_blank_unclaimed, holding=one) for one in holdings() if one.unclaimed
    }
    return {
        "refuse": _refuse,
        "files": _delete_own,
        **large,
        "records": _forget_records,
        **unclaimed,
        "names": _forget_names,
        "refused": partial(_sweep, texts.blank_rejects, "rejects"),
        "waiting": partial(_sweep, texts.forget_parked, "parked"),
        "sent": _forget_texts,
        "history": _forget_history,
        "kept": _forget_kept,
        "copies": _delete_copies,
    }


def _refuse(request: PrivacyRequest, subject: Subject) -> bool:
    """From the commit on no chunk of an import brings them: those before are over, those after see the keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, subject)
        _check_meant(request, subject)
        suppress(request=request, keys=keys_of(subject))
        if subject.contact:
            Contact.everyone.filter(pk=subject.contact.pk).update(typed=[*subject.contact.typed, ERASED])
        else:
            key = f"{ERASED_KEY}{subject.customer.pk}"
            Customer.objects.filter(pk=subject.customer.pk).update(link_key=key)
    return True


def _lock(cursor: CursorWrapper, subject: Subject, *, also: Iterable[locks.Key] = ()) -> None:
    """Whoever imports, merges or writes of them is waited for, and waits; then their row."""
    alone = [locks.IDENTITY, locks.MERGES, locks.merging(subject.customer.pk), locks.RELATIONS, *also]
    locks.take(cursor, exclusive=alone, shared=[locks.FACTS], wait_s=PATIENCE_S)
    in_bulk(cursor)
    list(Customer.objects.select_for_update(no_key=True).filter(pk=subject.customer.pk))


def _check_meant(request: PrivacyRequest, subject: Subject) -> None:
    """While the lock is held nobody is merged; before, it may have happened. A contact person stays who they are."""
    meant = request.meant or subject.ids["customers"]
    if not subject.contact and sorted(subject_of(request).ids["customers"]) != sorted(meant):
        raise AnotherByNow


def _sweep(sweep: Callable[..., tuple[int, int]], what: str, request: PrivacyRequest, subject: Subject) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        place, found = sweep(cursor, _needles(request, subject), after=request.place)
        _count(request, what, found)
        request.place = place
        request.save(update_fields=["place", "counts"])
    return place == 0


def _forget_texts(request: PrivacyRequest, subject: Subject) -> bool:
    needles = _needles(request, subject)
    for what, forget in _TEXTS.items():
        _count(request, what, forget(needles))
    request.counts.pop("views", None)  # those there are now
    _count(request, "views", texts.views_that_name(needles))
    request.save(update_fields=["counts"])
    return True


_TEXTS: Final[Mapping[str, Callable[[Needles], int]]] = {
    "mails": texts.forget_mails,
    "accounts_notice": texts.forget_notices,
    "words": texts.forget_words_of_files,
    "sessions": texts.forget_in_sessions,
    "log": texts.forget_log_texts,
}
"""Key of what is counted → what looks through it."""


def _delete_own(request: PrivacyRequest, subject: Subject) -> bool:
    _count(request, "files", files.delete_own(subject))
    request.save(update_fields=["counts"])
    return True


def _delete_copies(request: PrivacyRequest, subject: Subject) -> bool:
    """Kept copies of what was imported and exported; last, as it waits for imports and needs to know their names."""
    _count(request, "files", files.delete_copies(_needles(request, subject)))
    request.sealed = ""
    request.save(update_fields=["counts", "sealed"])
    return True


def _blank_rows(request: PrivacyRequest, subject: Subject, *, holding: Holding) -> bool:
    return _blank_some(request, subject, holding, holding.whose(is_contact=subject.is_contact))


def _blank_unclaimed(request: PrivacyRequest, subject: Subject, *, holding: Holding) -> bool:
    """By the points that are still theirs; what refers to a contact comes before it loses the number."""
    return _blank_some(request, subject, holding, holding.unclaimed)


def _blank_some(request: PrivacyRequest, subject: Subject, holding: Holding, whose: str) -> bool:
    if not whose:
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=_alone(holding), shared=[locks.FACTS], wait_s=PATIENCE_S)
        in_bulk(cursor)
        last, found = blanking.blank_some(cursor, holding, whose, subject.ids, after=request.place)
        _count(request, holding.table, found)
        request.place = last or 0
        request.done += found
        request.save(update_fields=["place", "done", "counts"])
    return last is None


def _alone(holding: Holding) -> Collection[locks.Key]:
    return holding.alone() if holding.alone else ()


def _forget_records(request: PrivacyRequest, subject: Subject) -> bool:
    """One range of the primary key at a time: no index leads from a fact to its record."""
    last = request.place + blanking.RECORDS
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.MERGES, locks.FACTS])
        found = blanking.forget_records(
            cursor, subject.ids, is_contact=subject.is_contact, after=request.place, last=last
        )
        _count(request, "customers_sourcerecord", found)
        request.place = last
        request.save(update_fields=["place", "counts"])
    newest = SourceRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return last >= newest


def _forget_names(request: PrivacyRequest, subject: Subject) -> bool:
    """All that is left of rows, at once, the customer's own with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, subject, also=[key for holding in holdings() for key in _alone(holding)])
        suppress(request=request, keys=keys_of(subject))
        request.sealed = request.sealed or sealing.sealed(needles_of(subject))
        _forget_beside(request, subject)
        beside = _in_their_groups(subject)
        for holding in holdings():
            if holding.changes and (whose := holding.whose(is_contact=subject.is_contact)):
                _count(request, holding.table, blanking.erase_rows(cursor, holding, whose, subject.ids))
        regroup(cursor, beside)
        request.step, request.place = "refused", 0
        request.save(update_fields=["counts", "step", "place", "sealed"])
    return True


def _forget_beside(request: PrivacyRequest, subject: Subject) -> None:
    """What is found by what they are called, or by their numbers, while their rows say it."""
    texts.forget_log_entries(subject.ids)
    if not subject.contact:
        people = Contact.everyone.filter(customer_id__in=subject.ids["customers"]).values_list("pk", flat=True)
        texts.forget_log_entries({"customers": [], "contacts": list(people)})
        _count(request, "customers_sharedkey", shared.forget_shared_keys(said_of(subject)))


def _forget_history(request: PrivacyRequest, subject: Subject) -> bool:
    """Of many thousand events it takes seconds, for which nobody is to wait: no lock but on the events is held."""
    assert request.confirmed_by, "an erase is somebody's"
    with transaction.atomic():
        for customer in subject.ids["customers"]:
            forgotten = forget_person(
                customer_id=customer,
                reason=request.reason,
                by=request.confirmed_by,
                contact_id=subject.contact_id,
            )
            _count(request, "history", forgotten)
        request.step = "kept"
        request.save(update_fields=["counts", "step"])
    return True


def _in_their_groups(subject: Subject) -> list[int]:
    """Whose groups and households are others without them."""
    theirs = GroupMember.objects.filter(customer_id__in=subject.ids["customers"]) if not subject.contact else ()
    roots = [(member.kind, member.root_id) for member in theirs]
    found = [GroupMember.objects.filter(kind=kind, root_id=root) for kind, root in roots]
    return sorted({member.customer_id for members in found for member in members})


def _forget_kept(_request: PrivacyRequest, subject: Subject) -> bool:
    """What the look for duplicates keeps of people; one that is under way has seen them, and is waited for."""
    if not subject.is_contact:
        with locks.held(locks.MATCHING, wait_s=PATIENCE_S) as free:
            if not free:
                raise locks.Busy(_("Somebody is looking for duplicates."))
            files.delete_kept_look()
            with connection.cursor() as cursor:
                for holding in holdings():
                    if holding.table == "customers_match":
                        blanking.erase_rows(cursor, holding, holding.customer, subject.ids)
    return True


def _count(request: PrivacyRequest, what: str, found: int) -> None:
    counts: dict[str, Any] = request.counts
    if found:
        counts[what] = int(counts.get(what, 0)) + found
