"""What this app hangs into the registries."""

from django.utils.translation import gettext_lazy as _

from customers.importing.exports import register_export
from customers.importing.registry import register as register_import
from customers.registry import page
from customers.registry.movable import MovableRelation, register_movable
from customers.registry.page import Panel, TimelineSource
from customers.registry.personal import register_holding
from customers.registry.tiered_facts import TieredFact, register_tiered_fact
from service import importing
from service.entries import ROWS
from service.held import HOLDINGS
from service.panels import answers_read, last_survey

LAST_SURVEY = Panel(
    key="last-survey",
    title=_("Last survey"),
    template="service/last_survey_panel.html",
    context=last_survey,
    reads=answers_read,
    permission="service.view_surveyanswer",
    order=40,
)
ANSWERS = TimelineSource(key="survey-answers", kind="surveys", rows=ROWS, permission="service.view_surveyanswer")


def register_all() -> None:
    register_import(importing.SPEC)
    register_export(importing.EXPORT)
    register_tiered_fact(TieredFact(table="service_surveyanswer", moment="f.answered_at"))
    register_movable(MovableRelation(table="service_surveyanswer", kind="survey_answers"))
    for holding in HOLDINGS:
        register_holding(holding)
    page.register_panel(LAST_SURVEY)
    page.register_timeline_source(ANSWERS)
