"""What the pages say of a run: how far it is, and what came of it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.common.working import Progress, counted, waiting
from customers.models import MatchRun

State = MatchRun.State
STAGES: Final[dict[str, str | Promise]] = {
    "person reading": gettext_lazy("Reading what sources say of people"),
    "person read": gettext_lazy("Comparing people"),
    "person compared": gettext_lazy("Grouping people"),
    "person weighed": gettext_lazy("Reading what sources say of organizations"),
    "organization reading": gettext_lazy("Reading what sources say of organizations"),
    "organization read": gettext_lazy("Comparing organizations"),
    "organization compared": gettext_lazy("Grouping organizations"),
    "organization weighed": gettext_lazy("Putting together what was found"),
    "merging": gettext_lazy("Merging by rule"),
    "storing": gettext_lazy("Writing down proposals"),
}
"""Stage reached → what is done next, in this order."""


def progress(run: MatchRun) -> Progress:
    running = run.state in MatchRun.OPEN
    if run.state == State.QUEUED:
        return waiting()
    if run.what == MatchRun.What.MERGE:
        return Progress(done=run.merged + run.skipped, total=run.total, label=_("Merging"), running=running)
    at = list(STAGES).index(run.stage) + 1 if run.stage in STAGES else 0
    return Progress(done=at, total=len(STAGES), label=str(STAGES.get(run.stage, "")), running=running)


def counts(run: MatchRun) -> list[str]:
    """How much of each stage, a sentence each."""
    said = []
    for stage, words in _COUNTS.items():
        if count := run.progress.get(stage):
            said.append(counted(str(words), count))
    return said


_COUNTS: Final[dict[str, str | Promise]] = {
    "person read": gettext_lazy("%(count)s records of people"),
    "person compared": gettext_lazy("%(count)s pairs of them compared"),
    "organization read": gettext_lazy("%(count)s records of organizations"),
    "organization compared": gettext_lazy("%(count)s pairs of them compared"),
}


def result(run: MatchRun) -> list[str]:
    if run.state != State.DONE:
        return []
    merged = counted(ngettext("%(count)s merged", "%(count)s merged", run.merged), run.merged)
    if run.what == MatchRun.What.MERGE:
        left = ngettext("%(count)s left as it was", "%(count)s left as they were", run.skipped)
        return [merged, *([counted(left, run.skipped)] if run.skipped else [])]
    said = [counted(ngettext("%(count)s new", "%(count)s new", run.proposed), run.proposed)]
    if run.withdrawn:
        said.append(counted(ngettext("%(count)s withdrawn", "%(count)s withdrawn", run.withdrawn), run.withdrawn))
    return [*said, merged] if run.merged else said
