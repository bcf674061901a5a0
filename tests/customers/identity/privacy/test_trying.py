"""What breaks off is tried a few times, then has failed, and is taken up again by whoever may."""

from typing import Any

import pytest
from django.urls import reverse

from crm.common import locks
from crm.common.audit.models import AuditEntry
from customers.identity.privacy import asking, erasing, exporting, tasks, trying
from customers.identity.privacy.subjects import find_subject
from customers.models import Customer, PrivacyRequest
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


def confirmed(customer: Customer, user_for: UserFor) -> PrivacyRequest:
    by, subject = user_for("administrator"), find_subject(customer_id=customer.pk)
    asked = asking.ask_erasure(subject=subject, reason="asked", reference="", by=by, now=NOON)
    return asking.confirm_erasure(request=asked, number=str(customer.pk), by=by, now=NOON)


def broken(*_args: object, **_options: object) -> Any:
    raise ValueError("cannot read 'Zebulon Quixworth'")


@pytest.mark.parametrize("what", ["erase", "export"])
def test_after_some_tries_it_has_failed_without_a_value_in_its_words(
    user_for: UserFor, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    zeb = CustomerFactory.create(kind="person", name="Zebulon Quixworth")
    monkeypatch.setattr(erasing, "_forget_names", broken)
    monkeypatch.setattr(exporting, "_write_json", broken)
    if what == "erase":
        request = confirmed(zeb, user_for)
    else:
        subject = find_subject(customer_id=zeb.pk)
        request = asking.ask_export(subject=subject, by=user_for("administrator"), now=NOON)
    for tried in range(1, trying.TRIES):
        tasks.resume_privacy()
        request.refresh_from_db()
        assert (request.state, request.attempts, request.error) == ("working", tried, "")
    tasks.resume_privacy()
    request.refresh_from_db()
    assert (request.state, request.finished_at is None) == ("failed", False)
    assert request.error.startswith("It broke off 5 times, the last time by: ValueError: cannot read")
    assert "Zebulon" not in request.error
    tasks.resume_privacy()
    assert erasing.unfinished() == []


def test_an_administrator_takes_it_up_from_where_it_was(
    user_for: UserFor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = confirmed(CustomerFactory.create(kind="person", name="Zebulon"), user_for)
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_forget_names", broken)
        for _try in range(trying.TRIES):
            tasks.resume_privacy()
    request.refresh_from_db()
    assert (request.state, request.step) == ("failed", "names")
    with pytest.raises(asking.EraseOpen):  # half of them is gone
        asking.check_no_erase(find_subject(customer_id=request.customer_id))
    client, url = client_for("administrator"), reverse("customers:privacy_again", args=[request.pk])
    page = client.get(reverse("customers:privacy_request", args=[request.pk])).content.decode()
    assert url in page
    client.post(url)
    request.refresh_from_db()
    assert (request.state, request.attempts, request.error, request.finished_at) == ("queued", 0, "", None)
    assert AuditEntry.objects.latest("pk").what == "privacy.again"
    tasks.resume_privacy()
    request.refresh_from_db()
    assert request.state == "done"
    late = client.post(url, follow=True)
    assert "has not failed" in late.content.decode()


def test_to_wait_for_others_is_no_try_and_a_step_further_begins_anew(
    user_for: UserFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = confirmed(CustomerFactory.create(kind="person"), user_for)

    def busy(*_args: object) -> Any:
        raise locks.Busy("others")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_refuse", busy)
        for _try in range(trying.TRIES + 2):
            tasks.resume_privacy()
    request.refresh_from_db()
    assert (request.state, request.attempts) == ("working", 0)
    for step in ("_delete_own", "_forget_records"):
        with monkeypatch.context() as patched:
            patched.setattr(erasing, step, broken)
            for _try in range(trying.TRIES - 1):
                tasks.resume_privacy()
    request.refresh_from_db()
    assert (request.state, request.step) == ("working", "records")


def test_a_worker_that_is_killed_by_it_does_not_take_it_up_for_ever(user_for: UserFor) -> None:
    request = confirmed(CustomerFactory.create(kind="person"), user_for)
    PrivacyRequest.objects.filter(pk=request.pk).update(state="working", attempts=trying.TRIES)
    tasks.resume_privacy()
    request.refresh_from_db()
    assert (request.state, request.step) == ("failed", "")
    assert "the worker was killed" in request.error


def test_whoever_confirmed_may_be_gone(user_for: UserFor) -> None:
    request = confirmed(CustomerFactory.create(kind="person"), user_for)
    PrivacyRequest.objects.filter(pk=request.pk).update(state="failed", confirmed_by=None)
    request.refresh_from_db()
    other = user_for("administrator", email="other@x.example")
    asking.try_again(request=request, by=other)
    erasing.run(pk=request.pk)
    request.refresh_from_db()
    assert (request.state, request.confirmed_by) == ("done", other)
