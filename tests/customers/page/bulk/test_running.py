from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection

from accounts.domain.notices import words_of
from accounts.models import Notice, User
from crm.common import locks, pacing
from crm.common.audit.models import AuditEntry
from customers.models import BulkChange, BulkJob, Customer, CustomerEvent
from customers.page.bulk import running
from customers.page.bulk.tasks import resume_bulk, run_bulk
from customers.registry import bulk as actions
from customers.registry.bulk import Action, Changed, Parameters, ParametersForm, UnknownAction
from tests.conftest import NOON, UserFor
from tests.customers.page.bulk.asked import begun, counts, done, taken_back, three
from tests.database import another_connection
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("sales")


def mine(by: User) -> list[bool]:
    return [owner == by.pk for owner in Customer.objects.order_by("pk").values_list("owner", flat=True)]


def test_whom_it_means_is_settled_when_it_is_asked_for(by: User) -> None:
    three()
    job = begun("assign_owner", by, owner_id=by.pk)
    assert (job.state, job.total, job.selection) == ("queued", 3, {"picked": 3})
    CustomerFactory.create(name="D")
    assert counts(done(job)) == ("done", 3, 3, 3, 0)
    assert mine(by) == [True, True, True, False]
    assert job.row_ids is None


def test_of_a_selection_that_the_action_empties_all_are_done(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FIRST", 10)
    CustomerFactory.create_batch(35)
    unowned = Customer.objects.visible_to(by).filter(owner=None)
    job = running.begin(
        action="assign_owner", parameters={"owner_id": by.pk}, rows=unowned, selection={"filters": []}, by=by
    )
    assert counts(done(job)) == ("done", 35, 35, 35, 0)


def test_nobody_selected_or_not_allowed_or_unknown_begins_nothing(by: User) -> None:
    with pytest.raises(running.NobodySelected):
        begun("assign_owner", by, owner_id=by.pk)
    three()
    with pytest.raises(UnknownAction):
        begun("dance", by)
    by.groups.set([Group.objects.get(name="service")])
    with pytest.raises(running.NotAllowed):
        begun("export", User.objects.get(pk=by.pk))
    assert not BulkJob.objects.exists()
    assert not AuditEntry.objects.exists()


def test_who_goes_meanwhile_is_skipped(by: User) -> None:
    gone, *_others = three()
    job = begun("assign_owner", by, owner_id=by.pk)
    gone.delete()
    assert counts(done(job)) == ("done", 3, 3, 2, 1)


def test_whoever_may_not_see_them_any_more_touches_nobody(by: User) -> None:
    three()
    job = begun("assign_owner", by, owner_id=by.pk)
    by.groups.clear()
    assert done(job).error == "Whoever asked for it may not do this any more."
    assert mine(by) == [False] * 3


def test_a_job_of_somebody_who_is_gone_does_nothing(by: User) -> None:
    three()
    job = begun("add_tag", by, tag=1)
    by.delete()
    assert done(job).state == "failed"
    assert not BulkChange.objects.exists()


def test_the_audit_names_who_asked(by: User) -> None:
    first, *_others = three()
    job = done(begun("assign_owner", by, owner_id=by.pk))
    entry = AuditEntry.objects.get()
    assert (entry.what, entry.user_id, entry.count) == ("bulk.assign_owner", by.pk, 3)
    assert entry.details == {"bulk": job.pk, "picked": 3}
    event = CustomerEvent.objects.filter(id=first.pk).latest("pgh_id")
    assert event.pgh_context.metadata == {"user": by.pk, "job": "bulk", "bulk": job.pk}
    taken_back(job, by)
    assert AuditEntry.objects.latest("pk").what == "bulk.undo"


def test_whoever_takes_it_back_answers_for_that(by: User, user_for: UserFor) -> None:
    """Also where whoever asked for it has left."""
    first, *_others = three()
    job, other = done(begun("assign_owner", by, owner_id=by.pk)), user_for("administrator")
    User.objects.filter(pk=by.pk).update(is_active=False)
    assert counts(taken_back(job, other)) == ("undone", 3, 3, 3, 0)
    event = CustomerEvent.objects.filter(id=first.pk).latest("pgh_id")
    assert event.pgh_context.metadata == {"user": other.pk, "job": "bulk", "bulk": job.pk}


def test_a_page_reads_none_of_the_many_ids(by: User) -> None:
    three()
    assert "row_ids" in begun("assign_owner", by, owner_id=by.pk).get_deferred_fields()


def test_it_is_taken_back_once_and_not_before_it_is_over(by: User, user_for: UserFor) -> None:
    three()
    job = begun("assign_owner", by, owner_id=by.pk)
    with pytest.raises(running.NothingToTakeBack):
        running.undo(job=job, by=by)
    done(job)
    user_for("service").groups.clear()
    with pytest.raises(running.NotAllowed):
        running.undo(job=job, by=User.objects.get(email="service@test.example"))
    taken_back(job, by)
    with pytest.raises(running.NothingToTakeBack):
        running.undo(job=job, by=by)


def test_what_changed_nobody_or_made_a_file_is_not_taken_back(by: User) -> None:
    three()
    Customer.objects.update(owner=by)
    for job in (begun("assign_owner", by, owner_id=by.pk), begun("export", by, format="csv")):
        with pytest.raises(running.NothingToTakeBack):
            running.undo(job=done(job), by=by)


def test_who_may_have_gone_on_meanwhile_is_told(by: User) -> None:
    three()
    quick, slow, failing = (begun("assign_owner", by, owner_id=by.pk) for _ in range(3))
    done(quick)
    Customer.objects.update(owner=None)
    with time_machine.travel(NOON + timedelta(seconds=16), tick=False):
        taken_back(done(slow), by)
        done(begun("export", by, format="csv"))
        BulkJob.objects.filter(pk=failing.pk).update(action="add_tag", parameters={"tag": 0})
        done(failing)
        assert [(notice.user, notice.url, words_of(notice)) for notice in Notice.objects.order_by("pk")] == [
            (by, f"/bulk/{slow.pk}/", "Assign: 3 customers were changed."),
            (by, f"/bulk/{failing.pk}/", "Add a tag: This tag is no longer there."),
        ]


def test_done_again_changes_nothing(by: User) -> None:
    three()
    job = done(begun("assign_owner", by, owner_id=by.pk))
    Customer.objects.update(owner=None)
    assert counts(done(job)) == ("done", 3, 3, 3, 0)
    assert mine(by) == [False] * 3


def test_another_worker_who_is_at_it_is_left_to_it(by: User) -> None:
    three()
    job = begun("assign_owner", by, owner_id=by.pk)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.bulk_worker(job.pk))
        with pytest.raises(locks.Busy):
            running.run(job=job)
        resume_bulk()
        run_bulk(job_id=job.pk)
        assert counts(BulkJob.objects.get()) == ("queued", 3, 0, 0, 0)
        other.rollback()
    resume_bulk()
    assert BulkJob.objects.get().state == "done"


Apply = Callable[[Sequence[int], Parameters, User], list[Changed]]


class Stumbling:
    """Does nothing for the first, and then something goes wrong."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def apply(self, ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
        if ids[0] != Customer.objects.order_by("pk")[0].pk:
            raise self.error
        return [Changed(row_id=pk, before=None, after=parameters["to"]) for pk in ids]


def register(monkeypatch: pytest.MonkeyPatch, apply: Apply) -> None:
    action = Action(
        key="stumble", label="Stumble", icon="x", permission="customers.view_customer", form=ParametersForm,
        words=str,
        apply=apply,
    )  # fmt: skip
    monkeypatch.setattr(actions, "_actions", {"stumble": action})
    monkeypatch.setattr(running, "FIRST", 10)


def test_what_cannot_be_done_ends_it_and_is_said(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, Stumbling(ValueError("no\0thing")).apply)
    CustomerFactory.create_batch(25)
    job = done(begun("stumble", by, to=1))
    assert (job.state, job.error) == ("failed", "It failed: no␀thing")
    assert job.changed == BulkChange.objects.count() == 10


def test_what_may_pass_is_left_to_the_sweeper(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, Stumbling(OSError("the network")).apply)
    CustomerFactory.create_batch(25)
    job = begun("stumble", by, to=1)
    with pytest.raises(OSError, match="network"):
        running.run(job=job)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == ("working", 10, 10)
    with connection.cursor() as cursor:  # only this database's: other tests work beside, on the same server
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()"
            " WHERE locktype = 'advisory' AND classid = 21"
        )
        assert cursor.fetchone() == (0,)


def test_one_that_breaks_off_again_and_again_keeps_no_other_waiting(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(_ids: Sequence[int], parameters: Parameters, _by: User) -> list[Changed]:
        if parameters["to"]:
            raise OSError("the network")
        return []

    register(monkeypatch, breaks_off)
    three()
    broken, whole = (begun("stumble", by, to=to) for to in (1, 0))
    resume_bulk()
    assert [BulkJob.objects.get(pk=job.pk).state for job in (broken, whole)] == ["working", "done"]


def test_customers_are_held_for_a_moment_only(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a thousandth of a second."""
    clock, held = [0.0], list[float]()

    def take_time(ids: Sequence[int], _parameters: Parameters, _by: User) -> list[Changed]:
        held.append(len(ids) / 1_000)
        clock[0] += held[-1]
        return []

    register(monkeypatch, take_time)
    monkeypatch.setattr(running, "FIRST", 40)
    monkeypatch.setattr(pacing, "monotonic", lambda: clock[0])
    Customer.objects.bulk_create(Customer(name="A", kind="organization") for _ in range(400))
    assert done(begun("stumble", by, to=1)).state == "done"
    assert max(held) <= pacing.HELD_S
