"""What the pages say of a request: how far it is, and what came of it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common import working
from crm.common.working import Progress, waiting
from customers.models import PrivacyRequest
from customers.registry.personal import find_holding

State, What = PrivacyRequest.State, PrivacyRequest.What
LOOK: Final = {
    State.ASKED: ("yellow", "help-circle"),
    **working.LOOK,
    State.WITHDRAWN: ("secondary", "arrow-back-up"),
}
STEPS: Final[dict[str, str | Promise]] = {
    "refuse": gettext_lazy("Refusing what files bring of them"),
    "files": gettext_lazy("Deleting files that were kept with them"),
    "rows": gettext_lazy("Blanking contacts, calls, answers and repairs"),
    "records": gettext_lazy("Forgetting what sources said of them"),
    "unclaimed": gettext_lazy("Blanking contacts of nobody that came from their numbers"),
    "names": gettext_lazy("Erasing name and addresses"),
    "refused": gettext_lazy("Looking through rows that were refused"),
    "waiting": gettext_lazy("Looking through rows that wait"),
    "sent": gettext_lazy("Looking through mails, notices and what imports said"),
    "history": gettext_lazy("Blanking the history"),
    "kept": gettext_lazy("Dropping what the look for duplicates keeps"),
    "copies": gettext_lazy("Looking through kept files"),
}
"""Step of an erase, up to a colon → what is being done, in this order."""
_COUNTS: Final[dict[str, str | Promise]] = {
    "rejects": gettext_lazy("refused rows"),
    "parked": gettext_lazy("rows that waited"),
    "mails": gettext_lazy("mails"),
    "files": gettext_lazy("files"),
    "words": gettext_lazy("what imports and feeds said of files"),
    "sessions": gettext_lazy("what sessions kept"),
    "log": gettext_lazy("entries of the administration's log"),
    "views": gettext_lazy("saved views that name them: kept, for whoever made them to change"),
    "history": gettext_lazy("entries of the history"),
}


def progress(request: PrivacyRequest) -> Progress:
    running = request.state in PrivacyRequest.OPEN
    if request.state == State.QUEUED:
        return waiting()
    if request.what == What.EXPORT:
        return Progress(done=request.done, total=request.total or 1, label=_("Writing the copy"), running=running)
    step = request.step.partition(":")[0]
    at = list(STEPS).index(step) if step in STEPS else 0
    return Progress(done=at, total=len(STEPS), label=str(STEPS.get(step, "")), running=running)


def counts(request: PrivacyRequest) -> list[tuple[str, int]]:
    """Of an erase: what of, and how many went or were blanked."""
    return [(_label(what), int(count)) for what, count in sorted(request.counts.items())]


def _label(what: str) -> str:
    holding = find_holding(what)
    return holding.label if holding else str(_COUNTS.get(what, what))
