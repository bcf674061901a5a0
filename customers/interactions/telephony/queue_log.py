"""Reads the queue log of Asterisk: `epoch|callid|queue|agent|event|p1|p2|p3…`, a line an event.

Pure: bytes in, events and refusals out; `customers.interactions.telephony.calls` makes calls of them.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from customers.interactions.telephony.calls import HOLD_AND_TALK_EVENTS, KNOWN_EVENTS, QueueEvent, duration_fields

LATEST_EPOCH = 4_102_444_800  # 2100-01-01: later is a broken clock, not a call
MAX_NAME = 100
NUMBER = re.compile(r"\d{1,10}(?:\.\d{1,9})?", re.ASCII)
DURATION = re.compile(r"\d{1,7}(?:\.\d{1,9})?", re.ASCII)  # four months: more is a broken clock


class Refused(NamedTuple):
    """A line that is not taken: where and why, with the line as it stood."""

    line: int
    column: str
    reason: str
    raw: str


def read_queue_log(lines: Iterable[bytes]) -> Iterator[QueueEvent | Refused]:
    """Events of `lines` (each with its line end, as a binary file gives them), numbered from 1.

    Blank lines are passed over. The last line without a line end is refused: the telephone system may still be
    writing it, and half a number looks like a number.
    """
    for number, raw in enumerate(lines, start=1):
        if not raw.endswith(b"\n"):
            yield Refused(number, "", _("cut off; read again once complete"), raw.decode(errors="replace"))
            return
        text = raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n") if number == 1 else raw.rstrip(b"\r\n")
        if text:
            yield read_line(number=number, raw=text)


def read_line(*, number: int, raw: bytes) -> QueueEvent | Refused:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Refused(number, "", _("not UTF-8 text"), raw.decode(errors="replace"))
    fields = text.split("|")
    while len(fields) > 5 and not fields[-1]:
        fields.pop()
    problem = _problem(fields) if "\0" not in text else ("", _("holds a NUL character"))
    if problem is not None:
        return Refused(number, problem[0], problem[1], text.replace("\0", "�"))
    digest = hashlib.md5("|".join(fields).encode(), usedforsecurity=False).hexdigest()
    epoch, callid, queue, agent, event, *params = fields
    return QueueEvent(number, epoch, callid, queue, agent, event, "|".join(params), digest)


def _problem(fields: list[str]) -> tuple[str, str] | None:
    """Column and reason where the line cannot be taken."""
    if len(fields) < 5:
        return "", _("fewer than five fields separated by |")
    return _bad_field(*fields[:5]) or _bad_duration(event=fields[4], params=fields[5:])


def _bad_field(epoch: str, callid: str, queue: str, agent: str, event: str) -> tuple[str, str] | None:
    if not NUMBER.fullmatch(epoch) or float(epoch) >= LATEST_EPOCH:
        return "epoch", _("not a time in seconds since 1970")
    if event not in KNOWN_EVENTS:
        return "event", _("unknown event")
    if not callid or len(callid) > MAX_NAME:
        return "callid", _("empty or longer than 100 characters")
    if len(queue) > MAX_NAME or len(agent) > MAX_NAME:
        return "queue" if len(queue) > MAX_NAME else "agent", _("longer than 100 characters")
    return None


def _bad_duration(*, event: str, params: list[str]) -> tuple[str, str] | None:
    """The waiting and talking times of the event must be there, and numbers of seconds."""
    if event in HOLD_AND_TALK_EVENTS and len(params) < 3:
        return f"p{len(params) + 1}", _("missing: this event ends in holdtime, calltime and original position")
    for position in duration_fields(event=event, count=len(params)):
        if position > len(params):
            return f"p{position}", _("missing")
        if not DURATION.fullmatch(params[position - 1]):
            return f"p{position}", _("not a number of seconds")
    return None
