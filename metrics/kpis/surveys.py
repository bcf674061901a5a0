"""Survey answers, and the KPIs of what customers say."""

from django.utils.translation import gettext_lazy as _

from metrics.engine.base import Kpi
from metrics.engine.components import count
from metrics.engine.sources import FactSource
from metrics.kpis.families import SATISFACTION


def _of(survey: str, scores: str) -> str:
    return f"f.survey = '{survey}' AND f.score {scores}"


SURVEYS = FactSource(
    key="survey",
    number=3,
    label=_("survey answers"),
    family=SATISFACTION,
    imports=("survey_answers",),
    table="service_surveyanswer",
    day="f.day",
    channel="f.channel",
    components=(
        count("csat_answers", _of("csat", "BETWEEN 1 AND 5")),
        count("csat_satisfied", _of("csat", "BETWEEN 4 AND 5")),
        count("nps_answers", _of("nps", "BETWEEN 0 AND 10")),
        count("nps_promoters", _of("nps", "BETWEEN 9 AND 10")),
        count("nps_detractors", _of("nps", "BETWEEN 0 AND 6")),
        count("ces_answers", _of("ces", "BETWEEN 1 AND 7")),
        count("ces_easy", _of("ces", "BETWEEN 5 AND 7")),
    ),
)

ANSWERS = _("The survey tool's answers, by the day they were given.")
WHO_ANSWERS = _("Those who answer are not all who were asked: compare only with a similar response rate and n.")

CSAT = Kpi(
    key="csat",
    name=_("Customer satisfaction"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=SURVEYS,
    numerator="csat_satisfied",
    denominator="csat_answers",
    n="csat_answers",
    definition=_("Share of answers that are satisfied: 4 or 5 of 5."),
    formula=_("answers 4–5 ÷ answers 1–5"),
    data_source=ANSWERS,
    misuse=WHO_ANSWERS,
    trade_offs=("operating_cost_ratio", "aht"),
    trade_off_note=_("More time for each customer costs more."),
)
NPS = Kpi(
    key="nps",
    name=_("Net promoter score"),
    unit="score",
    shape="score",
    higher_is_better=True,
    source=SURVEYS,
    numerator="nps_promoters - nps_detractors",
    denominator="nps_answers",
    n="nps_answers",
    definition=_("Promoters (9–10 of 10) less detractors (0–6), per hundred answers."),
    formula=_("100 × (answers 9–10 − answers 0–6) ÷ answers 0–10"),
    data_source=ANSWERS,
    misuse=_("Needs many answers: with a hundred, chance alone moves it by 15 points. Not for single agents."),
    trade_offs=("operating_cost_ratio",),
)
CES = Kpi(
    key="ces",
    name=_("Customer effort"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=SURVEYS,
    numerator="ces_easy",
    denominator="ces_answers",
    n="ces_answers",
    definition=_("Share of answers that found it easy: 5 to 7 of 7."),
    formula=_("answers 5–7 ÷ answers 1–7"),
    data_source=ANSWERS,
    misuse=WHO_ANSWERS,
    trade_offs=("operating_cost_ratio",),
)
SOURCES = (SURVEYS,)
KPIS = (CSAT, NPS, CES)
