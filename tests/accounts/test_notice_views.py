import pytest
from django.test import Client

from accounts.models import Notice
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.accounts import NoticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def test_the_bell_counts_ones_own_unread(client_for: ClientFor, user_for: UserFor) -> None:
    me = user_for("service")
    assert client_for("service").get("/me/notices/unread/").content.decode().strip() == ""
    NoticeFactory.create_batch(2, user=me)
    NoticeFactory.create(user=me, read_at=NOON)
    NoticeFactory.create()
    assert ">2<" in client_for("service").get("/me/notices/unread/").content.decode()
    NoticeFactory.create_batch(98, user=me)
    assert ">99+<" in client_for("service").get("/me/notices/unread/").content.decode()


def test_the_bell_says_nothing_to_who_is_signed_out() -> None:
    answer = Client().get("/me/notices/unread/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_list_says_it_in_words_and_leads_there(client_for: ClientFor, user_for: UserFor) -> None:
    me, client = user_for("service"), client_for("service")
    data = {"what": "<b>Call</b>", "by": "Ada", "due_on": "2026-12-03", "due_time": "09:00"}
    notice = NoticeFactory.create(user=me, kind="task_assigned", data=data, url="/tasks/7/")
    page = client.get("/me/notices/").content.decode()
    assert "Ada gave you a task: &lt;b&gt;Call&lt;/b&gt;, due Dec. 3, 2026 09:00" in page
    answer = client.get(f"/me/notices/{notice.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/tasks/7/")
    assert Notice.objects.get().read_at == NOON


def test_nobody_opens_what_another_was_told(client_for: ClientFor) -> None:
    notice = NoticeFactory.create()
    assert client_for("administrator").get(f"/me/notices/{notice.pk}/").status_code == 404
    assert Notice.objects.get().read_at is None


@pytest.mark.parametrize(
    ("until", "unread"),
    [("2026-11-15T12:00:00+00:00", 0), ("2026-11-15T11:00:00Z", 1), ("x", 0), ("2026-11-45T11:00:00Z", 0)],
)
def test_all_that_were_shown_are_read(client_for: ClientFor, user_for: UserFor, until: str, unread: int) -> None:
    NoticeFactory.create(user=user_for("sales"))
    answer = client_for("sales").post("/me/notices/read/", {"until": until})
    assert answer.headers["Location"] == "/me/notices/"
    assert Notice.objects.filter(read_at=None).count() == unread
