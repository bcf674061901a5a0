"""`survey_answers`: answers on their survey's scale; a value outside it is rejected."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.kinds import Channel
from customers.identity.naming import NAME, NAMES, join
from customers.identity.tier_on import join_tier
from customers.importing import parsers
from customers.importing.exports import Export, moment, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Invalid, Reference
from customers.importing.sql import JOIN_TEAM
from customers.models import ImportBatch

SCALES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7)}


def deriver(_batch: ImportBatch) -> Derive:
    places = SPEC.places("survey", "value")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        survey, value = (row[place] or "" for place in places)
        if survey not in SCALES:
            if len(value) > 60:
                raise Invalid(_("longer than %(limit)d characters") % {"limit": 60}, "value")
            return None, value
        return _score(survey, value), ""

    return derive


def _score(survey: str, value: str) -> str:
    low, high = SCALES[survey]
    whole = value.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 2 and low <= int(whole) <= high):
        raise Invalid(
            _("“%(value)s” is no %(survey)s score from %(low)d to %(high)d")
            % {"value": value[:60], "survey": survey, "low": low, "high": high},
            "value",
        )
    return str(int(whole))


FACTS = Facts(
    "service_surveyanswer",
    {
        "survey": "k.survey",
        "customer_id": "k.customer_id",
        "answered_at": "k.answered_at",
        "score": "k.score",
        "choice": "k.choice",
        "comment": "k.comment",
        "channel": "k.channel",
        "team_id": "team.id",
        "tier_id": "tier.tier_id",
    },
    joins=f"{JOIN_TEAM} {join_tier('k.customer_id', 'crm_day(k.answered_at)')}",
)

SPEC = ImportSpec(
    kind="survey_answers",
    label=gettext_lazy("survey answers"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("survey", parsers.choice("csat", "nps", "ces", "payment_method"), required=True),
        Column("customer_external_id", parsers.text(251)),
        Column("answered_at", parsers.moment, sql="timestamptz", required=True),
        Column("value", parsers.text(200), required=True),
        Column("comment", parsers.text()),
        Column("team", parsers.team),
        Column("channel", parsers.choice(*Channel.values)),
    ),
    table="service_surveyanswer",
    references=(Reference("customer_external_id", "customers", "customer_id"),),
    derived=(("score", "smallint"), ("choice", "text")),
    deriver=deriver,
    moment="r.answered_at",
    team=True,
    write=(FACTS,),
)

EXPORT = Export(
    kind="survey_answers",
    known=("customer_id",),
    numbers=("customer_id",),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, coalesce(sr.external_id, ''), f.survey, {NAME}, {moment("f.answered_at")},
           coalesce(f.score::text, f.choice), f.comment, team.key, f.channel, f.customer_id
    FROM service_surveyanswer f
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'survey_answers' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
