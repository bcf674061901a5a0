"""What a bulk action's page says of it."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.notices import Data
from crm.common import working
from crm.common.working import WAITING, Progress, counted
from customers.models import BulkJob
from customers.registry.bulk import Many, get_action

State = BulkJob.State
LOOK: Final = {
    **working.LOOK,
    State.UNDOING: ("azure", "loader"),
    State.UNDONE: ("secondary", "arrow-back-up"),
}


def progress(job: BulkJob) -> Progress:
    words = {State.QUEUED: WAITING, State.WORKING: _("Working"), State.UNDOING: _("Taking it back")}
    total = job.changed if job.state == State.UNDOING else job.total or 0
    label = str(words.get(State(job.state), ""))
    return Progress(done=job.done, total=total, label=label, running=job.state in BulkJob.OPEN)


def result(job: BulkJob) -> list[str]:
    """What came of it, a sentence each."""
    if job.state == State.UNDONE:
        return _taken_back(job)
    if job.state not in (State.DONE, State.FAILED):
        return []
    words = get_action(job.action).subject.words
    if job.path:
        return [say(words.in_file, job.done)]
    same = job.done - job.changed - job.skipped - job.overtaken
    said = [say(words.changed, job.changed)]
    if same:
        said.append(counted(ngettext("%(count)s stays as it was.", "%(count)s stay as they were.", same), same))
    if job.overtaken:
        said.append(say(_overtaken, job.overtaken))
    if job.skipped:
        text = ngettext("%(count)s is no longer there.", "%(count)s are no longer there.", job.skipped)
        said.append(counted(text, job.skipped))
    return said


def _overtaken(count: int) -> str:
    return ngettext(
        "%(count)s was changed by somebody else meanwhile and stays as it is.",
        "%(count)s were changed by somebody else meanwhile and stay as they are.",
        count,
    )


def in_words(data: Data) -> str:
    """As the bell says it."""
    job = BulkJob(**data)
    said = job.error or " ".join(result(job))
    return _("%(action)s: %(result)s") % {"action": get_action(job.action).label, "result": said}


def _taken_back(job: BulkJob) -> list[str]:
    back = job.done - job.skipped
    said = [say(get_action(job.action).subject.words.as_before, back)]
    if job.skipped:
        text = ngettext(
            "%(count)s was changed by somebody since and stays as it is.",
            "%(count)s were changed by somebody since and stay as they are.",
            job.skipped,
        )
        said.append(counted(text, job.skipped))
    return said


def say(words: Many, count: int) -> str:
    return counted(words(count), count)
