"""What customers answered, as entries of their timeline."""

from typing import Any, Final

from django.utils.translation import gettext as _

from crm.common.kinds import Channel, label_of
from customers.registry.page import EntryRows, Happened, Reader, TimelineEntry
from service.models import SurveyAnswer
from service.panels import TOP_OF_SCALE


def entry(row: Happened, _reader: Reader) -> TimelineEntry:
    facts = row.facts
    channel = label_of(Channel, facts["channel"])
    return TimelineEntry(
        at=row.at,
        pk=row.pk,
        icon="star",
        colour="pink",
        title=_("Survey answer: %(survey)s, %(answer)s")
        % {"survey": label_of(SurveyAnswer.Survey, facts["survey"]), "answer": _said(facts)},
        text=facts["comment"],
        notes=(channel,) if channel else (),
        channel=channel,
    )


def _said(facts: dict[str, Any]) -> str:
    top = TOP_OF_SCALE.get(SurveyAnswer.Survey(facts["survey"]))
    if top is None:
        return str(facts["choice"])
    return _("%(score)s of %(top)s") % {"score": facts["score"], "top": top}


ROWS: Final = EntryRows(
    table="service_surveyanswer f",
    at="f.answered_at",
    facts={name: f"f.{name}" for name in ("survey", "score", "choice", "comment", "channel")},
    found="f.comment ILIKE %(pattern)s OR f.choice ILIKE %(pattern)s",
    entry=entry,
)
