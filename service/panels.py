"""What this app shows on the customer page."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from accounts.access import Reader
from customers.models import Customer
from service.models import SurveyAnswer

SHOWN = 3
READ = ("id", "survey", "score", "choice", "comment", "answered_at")
TOP_OF_SCALE = {SurveyAnswer.Survey.CSAT: 5, SurveyAnswer.Survey.NPS: 10, SurveyAnswer.Survey.CES: 7}


def answers_read(reader: Reader) -> dict[str, ArraySubquery]:
    """The newest answers, read with the customer; one probe of an index."""
    newest = SurveyAnswer.objects.visible_to(reader).filter(customer=OuterRef("pk")).order_by("-answered_at", "-id")
    said = JSONObject(**{name: name for name in READ})
    return {"last_answers": ArraySubquery(newest.values(one=said)[:SHOWN])}


def last_survey(_request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Each answer with the best its scale allows; of a customer read with `answers_read`."""
    rows: list[dict[str, Any]] = customer.last_answers or []  # type: ignore[attr-defined] # annotated
    answers = [SurveyAnswer(**{**row, "answered_at": datetime.fromisoformat(row["answered_at"])}) for row in rows]
    return {"answers": [(answer, TOP_OF_SCALE.get(SurveyAnswer.Survey(answer.survey))) for answer in answers]}
