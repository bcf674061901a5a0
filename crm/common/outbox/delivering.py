"""Send what is due: claim a row, hand it to the mail server, note the outcome."""

from datetime import datetime, timedelta
from enum import Enum
from smtplib import SMTPConnectError, SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPServerDisconnected

import structlog
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.db.models import F
from django.utils import timezone, translation

from crm.common.outbox.models import OutboxMail, OutboxQuerySet
from crm.common.outbox.writers import Letter, writer_of

log = structlog.get_logger(__name__)

State = OutboxMail.State

LEASE = timedelta(minutes=5)
"""How long a worker has for one mail; longer than the mail server's time-outs of one conversation together."""

MAX_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
TEXT_KEPT = timedelta(days=7)
AT_ONCE = 200


class Outcome(Enum):
    NOT_CLAIMED = "not claimed"
    SENT = "sent"
    NOTHING = "nothing to send"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


def deliver(*, mail_id: int) -> Outcome:
    """Send the mail if it is due and nobody else is at it."""
    mail = _claim(mail_id)
    if mail is None:
        return Outcome.NOT_CLAIMED
    try:
        letter = _letter(mail)
        if letter is None:
            _claimed(mail).delete()
            return Outcome.NOTHING
        _message(mail, letter).send()
    except (SMTPException, OSError, BadHeaderError) as error:
        _failed(mail, error)
        return Outcome.UNREACHABLE if _is_unreachable(error) else Outcome.FAILED
    except Exception as error:
        log.exception("mail could not be written", mail=mail.pk, kind=mail.kind)
        _failed(mail, error)
        return Outcome.FAILED
    _sent(mail, subject=letter.subject)
    return Outcome.SENT


def deliver_due() -> None:
    """The sweep: new mails whose wake-up was lost, failed ones whose pause is over, those of dead workers.

    Ends when the mail server is not there, so that a worker does not wait for it once a mail.
    """
    due = OutboxMail.objects.due(timezone.now()).order_by("next_try_at").values_list("pk", flat=True)[:AT_ONCE]
    for mail_id in list(due):
        if deliver(mail_id=mail_id) is Outcome.UNREACHABLE:
            return


def forget_texts(*, now: datetime) -> int:
    """Drop the texts of mails given up a week after they were written; how many."""
    old = OutboxMail.objects.filter(state=State.GIVEN_UP, created_at__lt=now - TEXT_KEPT)
    return old.exclude(body="", html="", data={}).update(body="", html="", data={})


def pause_after(attempts: int) -> timedelta:
    """1, 3, 9, 27, 81, 243 minutes, then 6 hours each: ten attempts take about a day."""
    return min(FIRST_PAUSE * int(3 ** (attempts - 1)), LONGEST_PAUSE)


def _claim(mail_id: int) -> OutboxMail | None:
    """One conditional UPDATE: of several workers exactly one changes the row."""
    now = timezone.now()
    changed = (
        OutboxMail.objects.due(now)
        .filter(pk=mail_id)
        .update(state=State.SENDING, attempts=F("attempts") + 1, next_try_at=now + LEASE)
    )
    return OutboxMail.objects.get(pk=mail_id) if changed == 1 else None


def _claimed(mail: OutboxMail) -> OutboxQuerySet:
    """The row, as long as it is this worker's: who was taken for dead must not overwrite the next one's outcome."""
    return OutboxMail.objects.filter(pk=mail.pk, state=State.SENDING, attempts=mail.attempts)


def _letter(mail: OutboxMail) -> Letter | None:
    if not mail.data:
        return Letter(subject=mail.subject, body=mail.body, html=mail.html)
    with translation.override(mail.language or settings.LANGUAGE_CODE):
        return writer_of(mail.kind)(mail.to, mail.data)


def _message(mail: OutboxMail, letter: Letter) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(letter.subject, letter.body, to=[mail.to], headers=mail.headers)
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _sent(mail: OutboxMail, *, subject: str) -> None:
    _claimed(mail).update(
        state=State.SENT, subject=subject[:300], body="", html="", data={}, last_error="",
        next_try_at=None, sent_at=timezone.now(),
    )  # fmt: skip


def _failed(mail: OutboxMail, error: Exception) -> None:
    is_over = mail.attempts >= MAX_ATTEMPTS or _is_final(error)
    _claimed(mail).update(
        state=State.GIVEN_UP if is_over else State.FAILED,
        last_error=f"{type(error).__name__}: {error}"[:500],
        next_try_at=None if is_over else timezone.now() + pause_after(mail.attempts),
    )
    log.warning("mail not sent", mail=mail.pk, kind=mail.kind, attempt=mail.attempts, error=type(error).__name__)


def _is_final(error: Exception) -> bool:
    """Trying again cannot help: the server refused this recipient or this text for good, or the text cannot be sent."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    return isinstance(error, BadHeaderError) or (isinstance(error, SMTPDataError) and error.smtp_code >= 500)


def _is_unreachable(error: Exception) -> bool:
    gone = isinstance(error, SMTPServerDisconnected | SMTPConnectError)
    return gone or (isinstance(error, OSError) and not isinstance(error, SMTPException))
