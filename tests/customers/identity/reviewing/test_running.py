"""The jobs: begun once, taken up where they broke off, ended with what came of them."""

from collections.abc import Callable

import pytest

from accounts.models import User
from crm.common import locks
from customers.identity.matching import proposing
from customers.identity.reviewing import deciding, ruling, running, runs, tasks
from customers.models import Customer, Match, MatchRun, MergeRule
from tests.conftest import NOON, UserFor
from tests.database import another_connection
from tests.factories.customers import CustomerFactory, MatchFactory, MatchRunFactory
from tests.factories.importing import SourceRecordFactory
from tests.threads import begin, end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def by(user_for: UserFor) -> User:
    return user_for("manager")


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """From which probability on each look merges; nothing is compared."""
    asked: list[float | None] = []

    def match(*, run: MatchRun, merge_from: float | None, only_changed: bool) -> None:
        assert only_changed is (run.how == MatchRun.How.CHANGES)
        asked.append(merge_from)
        runs.end(run, proposed=3)

    monkeypatch.setattr(proposing, "match", match)
    return asked


def test_of_looks_there_is_one_at_a_time(by: User) -> None:
    first = runs.begin(by=by)
    with pytest.raises(runs.RunsAlready):
        runs.begin(by=by)
    runs.fail(first, "It broke.")
    assert runs.begin(by=by).state == "queued"


def test_a_look_that_was_asked_for_merges_nobody(by: User, looked: list[float | None]) -> None:
    MergeRule.objects.create(pk=1, is_on=True, least=0.99, changed_at=NOON)
    run = runs.begin(by=by)
    tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (looked, run.state, run.proposed) == ([None], "done", 3)


def test_every_night_it_merges_where_an_administrator_has_said_so(by: User, looked: list[float | None]) -> None:
    tasks.look_every_night()
    ruling.set_rule(is_on=True, least=0.995, by=by, now=NOON)
    tasks.look_every_night()
    ruling.set_rule(is_on=False, least=0.995, by=by, now=NOON)
    tasks.look_every_night()
    assert looked == [None, 0.995, None]
    for least in (0.5, 1.1):
        with pytest.raises(ruling.TooBold):
            ruling.set_rule(is_on=True, least=least, by=by, now=NOON)
    runs.begin(by=by)
    tasks.look_every_night()
    assert len(looked) == 3


def test_what_is_in_nobodys_hands_is_taken_up(by: User, looked: list[float | None]) -> None:
    MatchRunFactory.create(state="working", asked_by=by)
    command = MatchRunFactory.create(state="working", how="command")
    tasks.resume_matching()
    command.refresh_from_db()
    assert (looked, command.state, command.error) == ([None], "failed", "It was broken off.")


def test_what_went_wrong_stands_in_the_row_and_is_not_tried_again(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: object, **_more: object) -> None:
        raise MemoryError("3 GB are not enough")

    monkeypatch.setattr(proposing, "_look", breaks)
    run = runs.begin(by=by)
    with pytest.raises(MemoryError):
        tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "3 GB are not enough")
    tasks.resume_matching()


@pytest.mark.django_db(transaction=True)
def test_a_command_that_is_at_it_is_left_alone() -> None:
    command = MatchRunFactory.create(state="working", how="command")
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", list(locks.MATCHING))
        assert running.unfinished() == []
    command.refresh_from_db()
    assert command.state == "working"


def certain(many: int) -> list[Match]:
    return [MatchFactory.create(score=0.999 - number / 10_000) for number in range(many)]


def test_all_of_a_band_that_there_were_are_merged(by: User) -> None:
    pairs = certain(3)
    likely = MatchFactory.create(score=0.95)
    run = running.begin_merge(by=by, band="certain")
    later = MatchFactory.create(score=0.9995)
    tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.total, run.merged, run.skipped) == ("done", 3, 3, 0)
    assert set(Match.objects.filter(state="merged", decided_by=by)) == set(pairs)
    assert set(Match.objects.filter(state="proposed")) == {likely, later}
    assert not Customer.objects.filter(pk__in=[one.right_id for one in pairs]).exists()


def test_broken_off_it_goes_on_after_the_last_pair(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    certain(4)
    run = running.begin_merge(by=by, band="certain")
    whole = running.merge_match
    done: list[int] = []

    def twice(**asked: object) -> object:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return whole(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "merge_match", twice)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.merged) == ("working", 2)
    monkeypatch.setattr(running, "merge_match", whole)
    tasks.resume_matching()
    run.refresh_from_db()
    assert (run.state, run.merged, Match.objects.filter(state="merged").count()) == ("done", 4, 4)


def test_what_cannot_be_merged_is_passed_over(by: User) -> None:
    ann = CustomerFactory.create()
    person = CustomerFactory.create(kind="person")
    other = MatchFactory.create()
    run = running.begin_merge(by=by, ids=[MatchFactory.create(left=ann, right=person).pk, other.pk])
    tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.merged, run.skipped) == ("done", 1, 1)
    with pytest.raises(running.NobodyProposed):
        running.begin_merge(by=by, ids=[other.pk])
    with pytest.raises(running.NobodyProposed):
        running.begin_merge(by=by, ids=[])


def test_whoever_may_not_any_more_merges_nobody(by: User) -> None:
    certain(1)
    run = running.begin_merge(by=by, band="certain")
    User.objects.filter(pk=by.pk).update(is_active=False)
    tasks.run_match(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.merged) == ("failed", 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(by: User) -> None:
    match = certain(1)[0]
    said: list[str] = []

    def decide(what: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                what()
                said.append("done")
            except deciding.AlreadyDecided:
                said.append("too late")

        return run

    both = [
        begin(decide(lambda: deciding.merge_match(pk=match.pk, survivor_id=match.left_id, values={}, by=by, now=NOON))),
        begin(decide(lambda: deciding.say_different(pk=match.pk, by=by, now=NOON))),
    ]
    for thread in both:
        end(thread)
    assert sorted(said) == ["done", "too late"]
    match.refresh_from_db()
    assert Customer.objects.count() == (1 if match.state == "merged" else 2)


def test_every_hour_it_looks_at_what_changed_and_merges_nobody(by: User, looked: list[float | None]) -> None:
    ruling.set_rule(is_on=True, least=0.99, by=by, now=NOON)
    tasks.look_at_changes()
    assert looked == []
    tasks.look_every_night()
    tasks.look_at_changes()
    assert looked == [0.99]
    SourceRecordFactory.create(kind="customers", customer=CustomerFactory.create())
    tasks.look_at_changes()
    assert looked == [0.99, None]
    assert list(MatchRun.objects.order_by("pk").values_list("how", "state")) == [("night", "done"), ("changes", "done")]
