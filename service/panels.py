"""What this app shows on the customer page."""

from typing import Any

from django.http import HttpRequest

from customers.models import Customer
from service.models import SurveyAnswer

SHOWN = 3
TOP_OF_SCALE = {SurveyAnswer.Survey.CSAT: 5, SurveyAnswer.Survey.NPS: 10, SurveyAnswer.Survey.CES: 7}


def last_survey(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """The newest answers, one query; each with the best its scale allows."""
    answers = list(
        SurveyAnswer.objects.visible_to(request.user).filter(customer=customer).order_by("-answered_at", "-id")[:SHOWN]
    )
    return {"answers": [(answer, TOP_OF_SCALE.get(SurveyAnswer.Survey(answer.survey))) for answer in answers]}
