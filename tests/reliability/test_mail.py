"""Mail in the running product: a worker killed while it sends, Redis gone when a mail is asked for."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from django.utils import timezone
from pytest_django import Settings

from crm.common.outbox.delivering import deliver_due
from crm.common.outbox.models import OutboxMail
from crm.common.outbox.sending import send_mail
from tests.conftest import UserFor
from tests.live import REDIS_PREFIX, LiveStack
from tests.smtp import MailServer, mail_server, settings_for

Wait = Callable[..., None]


@pytest.fixture
def server(live_stack: LiveStack) -> Iterator[MailServer]:
    """The mail server of the live worker."""
    with mail_server(port=live_stack.mail_port) as running:
        yield running


def tell_worker(stack: LiveStack, task: str, **arguments: object) -> None:
    """Send the live worker a job, as a page of the live web server does."""
    app = Celery("tests", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    options = app.conf.broker_transport_options | {"global_keyprefix": f"{REDIS_PREFIX}jobs:"}
    app.conf.update(broker_url=stack.redis_url, broker_transport_options=options)
    app.send_task(f"crm.common.outbox.tasks.{task}", kwargs=arguments)


def time_passes() -> None:
    """So much that the dead worker's time with the mail is over."""
    OutboxMail.objects.filter(state="sending").update(next_try_at=timezone.now())


@pytest.mark.parametrize(("held_at", "arrived"), [("RCPT", 1), ("TAKEN", 2)])
def test_a_mail_whose_worker_was_killed_is_sent_by_the_next(
    live_stack: LiveStack, server: MailServer, wait_for: Wait, held_at: str, arrived: int
) -> None:
    """Twice only when it died after the server had the whole text and before it could note so."""
    server.holds_at = held_at
    mail = send_mail(to="ann@example.com", kind="note", subject="Hello", body="Text")
    tell_worker(live_stack, "send", mail_id=mail.pk)
    wait_for(server.is_held.is_set)
    live_stack.kill_worker()
    server.release()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.body) == ("sending", 1, "Text")

    live_stack.start_worker()
    tell_worker(live_stack, "send_due")
    time_passes()
    tell_worker(live_stack, "send_due")
    wait_for(lambda: OutboxMail.objects.get().state == "sent")
    assert [message["Message-ID"] for message in server.received] == [mail.headers["Message-ID"]] * arrived
    assert OutboxMail.objects.get().attempts == 2


def visitor_asks_for_a_new_password(stack: LiveStack, *, email: str) -> str:
    """Where the visitor is led to."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    address = f"{stack.url}/accounts/password/reset/"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.open(address).read().decode())
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "email": email}
    return browser.open(address, urllib.parse.urlencode(form).encode()).geturl()


def test_a_reset_asked_for_while_redis_is_down_is_mailed_later(
    live_stack: LiveStack, user_for: UserFor, settings: Settings
) -> None:
    user = user_for("sales")
    live_stack.stop_redis()
    assert visitor_asks_for_a_new_password(live_stack, email=user.email).endswith("/accounts/password/reset/done/")
    assert OutboxMail.objects.get().state == "queued"
    with mail_server() as server:
        for name, value in settings_for(server).items():
            setattr(settings, name, value)
        deliver_due()
        assert [message["To"] for message in server.received] == [user.email]
    assert OutboxMail.objects.get().state == "sent"
