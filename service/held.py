"""What surveys hold on a person: the score stays, not what they wrote."""

from typing import Final

from customers.registry.personal import Holding
from service.models import SurveyAnswer

HOLDINGS: Final = (
    Holding(
        model=SurveyAnswer, blanks={"comment": "''"}, is_large=True, records="survey_answers", hides=("tier",),
        because="a score, or a choice, of nobody in particular",
    ),
)  # fmt: skip
