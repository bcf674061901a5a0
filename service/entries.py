"""What customers answered, as entries of their timeline."""

from django.utils.translation import gettext as _

from crm.common.kinds import Channel, label_of
from customers.models import Customer
from customers.registry.page import Before, Reader, TimelineEntry
from service.models import SurveyAnswer
from service.panels import TOP_OF_SCALE


def entries(customer: Customer, reader: Reader, before: Before | None, limit: int) -> list[TimelineEntry]:
    """One query, one index scan."""
    rows = SurveyAnswer.objects.visible_to(reader).filter(customer=customer).order_by("-answered_at", "-pk")
    if before is not None:
        rows = before.narrow(rows, at="answered_at")
    return [_entry(row) for row in rows[:limit]]


def _entry(row: SurveyAnswer) -> TimelineEntry:
    return TimelineEntry(
        at=row.answered_at,
        pk=row.pk,
        icon="clipboard-check",
        title=_("Survey answer: %(survey)s, %(answer)s")
        % {"survey": label_of(SurveyAnswer.Survey, row.survey), "answer": _said(row)},
        text=row.comment,
        channel=label_of(Channel, row.channel),
    )


def _said(row: SurveyAnswer) -> str:
    top = TOP_OF_SCALE.get(SurveyAnswer.Survey(row.survey))
    return row.choice if top is None else _("%(score)s of %(top)s") % {"score": row.score, "top": top}
