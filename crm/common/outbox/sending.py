"""Put a mail into the outbox, or back into it."""

from collections.abc import Mapping
from email.utils import make_msgid
from typing import Any

from django.core.mail.utils import DNS_NAME
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.jobs import wake
from crm.common.outbox import tasks
from crm.common.outbox.models import OutboxMail


class NothingToSend(DomainError):
    """The mail is on its way, has gone, or its text is no longer kept."""


def send_mail(
    *,
    to: str,
    kind: str,
    subject: str,
    body: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    language: str = "",
) -> OutboxMail:
    """Write the mail into the caller's transaction; a worker sends it after commit, at least once.

    A worker that dies between the mail server's yes and its own note of it sends the mail twice, both with the same
    Message-ID. A line break in `subject` becomes a space.
    """
    return _queued(
        to=to,
        kind=kind,
        subject=" ".join(subject.split())[:300],
        body=body,
        html=html,
        headers=dict(headers or {}),
        language=language,
    )


def send_by_writer(*, to: str, kind: str, data: Mapping[str, Any], language: str = "") -> OutboxMail:
    """Like `send_mail`, its text made from `data` when it is sent, by the writer registered for `kind`.

    For what must not be kept (a link that opens an account), or must not be known yet (whether there is one).
    """
    return _queued(to=to, kind=kind, data=dict(data), headers={}, language=language)


def try_again(*, mail: OutboxMail) -> None:
    """Send what failed or was given up now. Raises NothingToSend."""
    stuck = OutboxMail.objects.filter(pk=mail.pk, state__in=(OutboxMail.State.FAILED, OutboxMail.State.GIVEN_UP))
    changed = mail.has_text and stuck.update(
        state=OutboxMail.State.QUEUED, attempts=0, next_try_at=timezone.now(), last_error=""
    )
    if not changed:
        raise NothingToSend(_("The mail to %(to)s cannot be sent again.") % {"to": mail.to})
    wake(tasks.send, mail_id=mail.pk)


def _queued(*, headers: dict[str, str], **fields: Any) -> OutboxMail:
    now = timezone.now()
    headers.setdefault("Message-ID", make_msgid(domain=str(DNS_NAME)))
    mail = OutboxMail.objects.create(headers=headers, created_at=now, next_try_at=now, **fields)
    wake(tasks.send, mail_id=mail.pk)
    return mail
