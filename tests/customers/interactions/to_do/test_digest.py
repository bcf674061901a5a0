from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import Notice, User
from crm.common.company import current as company
from crm.common.outbox.models import OutboxMail
from customers.interactions.to_do.digest import send_digests
from tests.conftest import UserFor
from tests.factories.accounts import NoticeFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.to_do import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
MORNING = datetime(2026, 11, 16, 7, tzinfo=UTC)
TODAY = date(2026, 11, 16)
HOUR = timedelta(hours=1)


@pytest.fixture
def me(user_for: UserFor) -> User:
    return user_for("service")


def due_today(me: User, **fields: object) -> None:
    TaskFactory.create(assignee=me, due_on=TODAY, due_at=datetime(2026, 11, 17, tzinfo=UTC), **fields)


def test_what_is_due_overdue_and_new_once_a_day(me: User) -> None:
    due_today(me, what="Call", customer=CustomerFactory.create(name="Acme"))
    due_today(me, what="At nine", due_time=time(9))
    TaskFactory.create(assignee=me, what="Late", due_on=date(2026, 11, 13), due_at=MORNING - 48 * HOUR, customer=None)
    TaskFactory.create(assignee=me, what="Tomorrow", due_on=date(2026, 11, 17), due_at=MORNING + 48 * HOUR)
    due_today(me, what="Put off", snoozed_until=MORNING + 48 * HOUR)
    due_today(me, what="Done", done_at=MORNING)
    NoticeFactory.create(user=me, kind="task_assigned", data={"what": "Offer", "by": "Ada"})
    NoticeFactory.create(user=me, data={"what": "said above"})
    NoticeFactory.create(user=me, kind="task_assigned", data={"what": "Read", "by": "Ada"}, read_at=MORNING)
    assert send_digests(now=MORNING) == 1
    assert send_digests(now=MORNING + HOUR) == 0
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.kind, mail.subject) == (me.email, "digest", "Your day: Nov. 16, 2026")
    assert mail.body.split("\n")[:9] == [
        "Hello Service,", "", "Overdue (1)", "- Fri November 13: Late", "", "Due today (2)", "- today: Call (Acme)",
        mail.body.split("\n")[7], "",
    ]  # fmt: skip
    assert mail.body.split("\n")[7].startswith("- today 09:00: At nine")
    assert "New (1)\n- Ada gave you a task: Offer" in mail.body
    assert not Notice.objects.filter(read_at=None, mailed_at=None).exists()
    assert send_digests(now=MORNING + 24 * HOUR) == 1  # the next day, what was new is no longer
    assert "Offer" not in OutboxMail.objects.latest("pk").body


def test_nothing_where_there_is_nothing(me: User) -> None:
    assert send_digests(now=MORNING) == 0
    assert not OutboxMail.objects.exists()
    me.refresh_from_db()
    assert me.digested_on == TODAY


def test_not_to_who_does_not_want_it_left_or_may_see_no_tasks(me: User) -> None:
    due_today(me)
    for change in ({"has_digest": False}, {"has_digest": True, "is_active": False}):
        User.objects.filter(pk=me.pk).update(**change)
        assert send_digests(now=MORNING) == 0
    due_today(UserFactory.create())
    assert send_digests(now=MORNING) == 0


@pytest.mark.parametrize(("hour", "mails"), [(22, 0), (23, 1), (3, 1), (4, 0)])
def test_in_the_morning_of_the_company(me: User, hour: int, mails: int) -> None:
    """Half past six to noon in Shanghai is half past ten to four in the morning in London."""
    now = datetime(2026, 11, 15 if hour > 12 else 16, hour, tzinfo=UTC)
    with company.assumed(time_zone="Asia/Shanghai"):
        TaskFactory.create(assignee=me, due_on=TODAY, due_at=datetime(2026, 11, 16, 16, tzinfo=UTC))
        assert send_digests(now=now) == mails


def test_in_the_readers_language(me: User) -> None:
    User.objects.filter(pk=me.pk).update(language="zh-hans")
    due_today(me, what="Call")
    send_digests(now=MORNING)
    mail = OutboxMail.objects.get()
    assert "2026年11月16日" in mail.subject
    assert "今天" in mail.body


def test_a_day_thought_of_while_the_clock_was_ahead_keeps_nobody_waiting(me: User) -> None:
    User.objects.filter(pk=me.pk).update(digested_on=TODAY + timedelta(days=1))
    due_today(me)
    assert [send_digests(now=MORNING) for _ in range(2)] == [1, 0]


def test_long_lists_are_cut(me: User) -> None:
    for _ in range(22):
        due_today(me)
    send_digests(now=MORNING)
    body = OutboxMail.objects.get().body
    assert "Due today (22)" in body
    assert "- and 2 more" in body
    assert body.count("- today") == 20


def test_killed_in_between_nobody_gets_two_and_nobody_none(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    due_today(me)
    with monkeypatch.context() as patch:
        patch.setattr("customers.interactions.to_do.digest.send_mail", _dies)
        with pytest.raises(SystemExit):
            send_digests(now=MORNING)
    assert not OutboxMail.objects.exists()
    assert send_digests(now=MORNING) == 1


def _dies(**_: object) -> None:
    raise SystemExit
