"""`rollouts`: when each team went live; a row without a team is the company's, for teams without a day of their own."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.importing import parsers
from customers.importing.exports import Export, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec
from customers.importing.sql import JOIN_TEAM
from customers.models import ImportBatch

LONGEST_TRANSITION = 24


def deriver(_batch: ImportBatch) -> Derive:
    phase, transition = SPEC.places("phase", "transition_months")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        row[phase] = row[phase] or "1"
        row[transition] = row[transition] or "0"
        return ()

    return derive


# A team has one go-live, whoever says it: the row means the one that is there, or a new one where it was withdrawn.
_PREPARE = """
UPDATE imp_keys k SET _old_object = NULL, _object = NULL WHERE k._action IN ('created', 'updated');
UPDATE imp_keys k SET _old_object = r.id, _object = r.id
FROM metrics_rollout r LEFT JOIN accounts_team team ON team.id = r.team_id
WHERE coalesce(team.key, '') = k.team AND k._action IN ('created', 'updated');
UPDATE imp_keys SET _action = 'created', _object = nextval(pg_get_serial_sequence('metrics_rollout', 'id'))
WHERE _old_object IS NULL AND _action IN ('created', 'updated');
"""


def prepare(cursor: CursorWrapper) -> None:
    cursor.execute(_PREPARE)


SPEC = ImportSpec(
    kind="rollouts",
    label=_("go-live by team"),
    columns=(
        Column("team", parsers.team),
        Column("went_live_on", parsers.day, sql="date", required=True),
        Column("phase", parsers.integer(1, 99), sql="smallint", empty=None),
        Column("transition_months", parsers.integer(0, LONGEST_TRANSITION), sql="smallint", empty=None),
    ),
    key="team",
    table="metrics_rollout",
    deriver=deriver,
    team=True,
    prepare=(prepare,),
    write=(
        Facts(
            "metrics_rollout",
            {
                "team_id": "team.id",
                "went_live_on": "k.went_live_on",
                "phase": "k.phase",
                "transition_months": "k.transition_months",
            },
            joins=JOIN_TEAM,
        ),
    ),
)

EXPORT = Export(
    kind="rollouts",
    numbers=("phase", "transition_months"),
    select=f"""
    SELECT {source("s")}, team.key, f.went_live_on, f.phase, f.transition_months
    FROM metrics_rollout f
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'rollouts' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id
    WHERE {wanted("sr")} ORDER BY s.key, team.key, f.id
    """,  # noqa: S608 - constants of this code base
)
