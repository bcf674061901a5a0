"""Surveys (cases, SLAs and the portal come later)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.kinds import Channel
from crm.common.sqlfunctions import CrmDay
from customers.models import Customer
from service.querysets import SurveyAnswerQuerySet


class SurveyAnswer(models.Model):
    """One answer to one survey question. `score` is null for `payment_method`, whose answer is `choice`.

    Scales: csat 1–5, nps 0–10, ces 1–7.
    """

    class Survey(models.TextChoices):
        CSAT = "csat", _("satisfaction")
        NPS = "nps", _("recommendation")
        CES = "ces", _("effort")
        PAYMENT_METHOD = "payment_method", _("preferred payment")

    survey = models.CharField(_("survey"), max_length=20, choices=Survey.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="survey_answers", db_index=False
    )
    answered_at = models.DateTimeField(_("answered"))
    day = models.GeneratedField(expression=CrmDay("answered_at"), output_field=models.DateField(), db_persist=True)
    score = models.SmallIntegerField(_("score"), null=True, blank=True)
    choice = models.CharField(_("choice"), max_length=60, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    tier = models.ForeignKey(
        "customers.Tier",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar[SurveyAnswerQuerySet["SurveyAnswer"]] = SurveyAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        constraints = [
            models.CheckConstraint(
                name="survey_answer_in_scale",
                condition=(
                    models.Q(survey="csat", score__range=(1, 5))
                    | models.Q(survey="nps", score__range=(0, 10))
                    | models.Q(survey="ces", score__range=(1, 7))
                    | models.Q(survey="payment_method", score=None)
                ),
            )
        ]
        indexes = [models.Index(fields=["customer", "-answered_at"], name="survey_answer_customer")]

    def __str__(self) -> str:
        return f"{self.survey}: {self.choice or self.score}"
