"""What pages say of a job that a worker does: how far it is, and what came of it."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.common.templatetags.figures import number

LOOK: Final = {
    "queued": ("azure", "clock"),
    "working": ("azure", "loader"),
    "done": ("green", "circle-check"),
    "failed": ("red", "alert-circle"),
}
"""State: colour and icon of its badge."""
WAITING: Final = _("Waiting for a worker")


@dataclass(frozen=True, kw_only=True)
class Progress:
    done: int
    total: int
    label: str
    running: bool


def waiting() -> Progress:
    """Nobody has begun."""
    return Progress(done=0, total=1, label=str(WAITING), running=True)


def counted(text: str, count: int) -> str:
    """A sentence with `%(count)s` in it."""
    return text % {"count": number(count)}
