"""Contacts as entries of a customer's timeline."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.common.cells import url_of
from crm.common.kinds import Channel, label_of
from crm.common.templatetags.figures import duration
from customers.interactions.correcting import may_correct
from customers.interactions.recording import UNDO_WITHIN
from customers.registry.page import EntryAction, EntryRows, Happened, Reader, TimelineEntry

ICONS: Final = {
    "phone": "phone", "email": "mail", "web": "world", "letter": "mailbox", "visit": "building-store",
    "chat": "message-circle", "sms": "message", "self_service": "user-check",
}  # fmt: skip
COLOURS: Final = {
    "phone": "green", "email": "blue", "web": "azure", "letter": "yellow", "visit": "purple", "chat": "teal",
    "sms": "lime",
}  # fmt: skip
CAME: Final[dict[str, str | Promise]] = {
    "phone": _("Called"), "email": _("Wrote an e-mail"), "web": _("Sent a web form"), "letter": _("Wrote a letter"),
    "visit": _("Came to see us"), "chat": _("Chatted with us"), "sms": _("Sent an SMS"),
    "self_service": _("Used self-service"),
}  # fmt: skip
WENT: Final[dict[str, str | Promise]] = {
    "phone": _("We called"), "email": _("We wrote an e-mail"), "web": _("We answered a web form"),
    "letter": _("We wrote a letter"), "visit": _("We went to see them"), "chat": _("We chatted with them"),
    "sms": _("We sent an SMS"), "self_service": _("We answered self-service"),
}  # fmt: skip
TALKS: Final = {"phone", "chat", "visit"}
NAMED: Final = "coalesce(nullif(CASE WHEN %(is_chinese)s THEN {word}.name_zh END, ''), nullif({word}.name, ''), {said})"


def entry(row: Happened, reader: Reader) -> TimelineEntry:
    facts = row.facts
    channel, text = facts["channel"], facts["body"]
    about = "" if text.startswith(facts["subject"]) else facts["subject"]
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon=ICONS.get(channel, "message"),
        colour=COLOURS.get(channel, "secondary"),
        title=sentence(channel, facts["direction"], facts["purpose"]),
        about=about,
        text=text,
        notes=tuple(_notes(facts)),
        channel=label_of(Channel, channel),
        actions=_actions(row, reader),
    )


def sentence(channel: str, direction: str, purpose: str) -> str:
    """What happened, and what it was about; `purpose` as it is named."""
    did = (CAME if direction == "in" else WENT).get(channel, channel)
    return gettext("%(did)s about %(what)s") % {"did": did, "what": _within(purpose)} if purpose else str(did)


def _within(name: str) -> str:
    """A name as it stands inside a sentence: RMA stays, Repair becomes repair."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _notes(facts: dict[str, Any]) -> list[str]:
    agent = facts["agent"]
    by = gettext("answered by %(name)s") if facts["direction"] == "in" else gettext("by %(name)s")
    notes = [
        _spent(facts["duration_s"], facts["channel"]),
        by % {"name": agent} if agent else "",
        gettext("with %(name)s") % {"name": facts["contact"]} if facts["contact"] else "",
        _ended(facts),
        "" if agent else facts["team"],
        gettext("corrected") if facts["edited_at"] else "",
    ]
    return [note for note in notes if note]


def _ended(facts: dict[str, Any]) -> str:
    """That somebody answered is said with who did."""
    if facts["outcome_key"].lower() == "answered" and facts["agent"]:
        return ""
    return facts["outcome"] or (gettext("solved") if facts["is_solved"] else "")


def _spent(seconds: int | None, channel: str) -> str:
    """How long they talked; of what is written, how long it was in hand."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    said = gettext("%(minutes)s min") % {"minutes": minutes} if 60 <= seconds < 3570 else duration(seconds)
    return said if channel in TALKS else gettext("handled in %(time)s") % {"time": said}


def _actions(row: Happened, reader: Reader) -> tuple[EntryAction, ...]:
    """What was logged a moment ago can be taken back by who did, and corrected as long as they may."""
    now, logged, agent_id = timezone.now(), datetime.fromisoformat(row.facts["created_at"]), row.facts["agent_id"]
    if not isinstance(reader, User) or not may_correct(agent_id=agent_id, created_at=logged, by=reader, now=now):
        return ()
    url = url_of("customers:edit_interaction", row.pk)
    correct = EntryAction(label=gettext("Correct this contact"), url=url, icon="pencil")
    if agent_id != reader.pk or now - logged > UNDO_WITHIN - timedelta(seconds=5):
        return (correct,)
    url = url_of("customers:undo_interaction", row.pk)
    return EntryAction(label=gettext("Undo"), url=url, icon="arrow-back-up", posts=True), correct


ROWS: Final = EntryRows(
    table="customers_interaction f",
    at="f.occurred_at",
    part="f.channel",
    facts={
        "channel": "f.channel",
        "direction": "f.direction",
        "subject": "f.subject",
        "body": "f.body",
        "duration_s": "f.duration_s",
        "is_solved": "f.is_solved",
        "created_at": "f.created_at",
        "edited_at": "f.edited_at",
        "agent_id": "f.agent_id",
        "agent": "coalesce(nullif(agent.name, ''), agent.email, nullif(f.agent_name, ''))",
        "team": "team.name",
        "contact": "contact.name",
        "purpose": NAMED.format(word="purpose", said="f.purpose"),
        "outcome_key": "f.outcome",
        "outcome": NAMED.format(word="outcome", said="f.outcome"),
    },
    joins="""LEFT JOIN accounts_user agent ON agent.id = f.agent_id LEFT JOIN accounts_team team ON team.id = f.team_id
LEFT JOIN customers_contact contact ON contact.id = f.contact_id
LEFT JOIN customers_purpose purpose ON lower(purpose.key) = lower(f.purpose)
LEFT JOIN customers_outcome outcome ON lower(outcome.key) = lower(f.outcome)""",
    found="""f.subject ILIKE %(pattern)s OR f.body ILIKE %(pattern)s OR f.agent_name ILIKE %(pattern)s
  OR lower(f.purpose) IN (SELECT lower(key) FROM customers_purpose
                          WHERE name ILIKE %(pattern)s OR name_zh ILIKE %(pattern)s OR key ILIKE %(pattern)s)
  OR f.agent_id IN (SELECT id FROM accounts_user WHERE name ILIKE %(pattern)s)""",
    entry=entry,
)
