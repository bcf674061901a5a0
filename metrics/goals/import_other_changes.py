"""`other_changes`: the register of what else may explain a change of figures."""

import re
from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.importing import parsers
from customers.importing.exports import Export, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, Format, ImportSpec, Invalid, Parse
from customers.importing.sql import JOIN_TEAM
from customers.models import ImportBatch
from metrics.kpis.catalogue import CATALOGUE

_SEPARATOR = re.compile(r"[\s,;]+")


def kpis(_format: Format) -> Parse:
    """Keys apart by commas, semicolons or blanks, each once, in the order of the catalogue."""

    def parse(value: str) -> str:
        keys = set(filter(None, _SEPARATOR.split(value)))
        unknown = sorted(keys - CATALOGUE.keys())
        if unknown:
            raise Invalid(_("“%(value)s” is no KPI") % {"value": unknown[0][:60]})
        return ",".join(key for key in CATALOGUE if key in keys)

    return parse


def deriver(_batch: ImportBatch) -> Derive:
    first, last = SPEC.places("from", "to")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        if row[last] is not None and (row[last] or "") < (row[first] or ""):
            raise Invalid(f"{row[last]} < {row[first]}", "to")
        return ()

    return derive


# What was withdrawn by hand and comes again, changed, is entered anew.
_PREPARE = """
UPDATE imp_keys k SET _action = 'created', _old_object = NULL,
       _object = nextval(pg_get_serial_sequence('metrics_otherchange', 'id'))
WHERE k._action = 'updated' AND NOT EXISTS (SELECT FROM metrics_otherchange f WHERE f.id = k._old_object);
"""


def prepare(cursor: CursorWrapper) -> None:
    cursor.execute(_PREPARE)


SPEC = ImportSpec(
    kind="other_changes",
    label=gettext_lazy("other changes"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("name", parsers.text(300), required=True),
        Column("from", parsers.day, sql="date", required=True),
        Column("to", parsers.day, sql="date", empty=None),
        Column("kpis", kpis),
        Column("team", parsers.team),
        Column("note", parsers.text()),
    ),
    table="metrics_otherchange",
    deriver=deriver,
    team=True,
    prepare=(prepare,),
    write=(
        Facts(
            "metrics_otherchange",
            {
                "what": "k.name",
                "happened_from": 'k."from"',
                "happened_to": 'k."to"',
                "kpis": "coalesce(to_jsonb(string_to_array(nullif(k.kpis, ''), ',')), '[]')",
                "team_id": "team.id",
                "note": "k.note",
            },
            joins=JOIN_TEAM,
            once={"channel": "''"},
        ),
    ),
)

EXPORT = Export(
    kind="other_changes",
    known=("channel", "tier"),
    select=f"""
    SELECT {source("s")}, coalesce(sr.external_id, ''), f.what, f.happened_from, f.happened_to,
           (SELECT string_agg(kpi, ',' ORDER BY place)
            FROM jsonb_array_elements_text(f.kpis) WITH ORDINALITY k (kpi, place)),
           team.key, f.note, f.channel, tier.key
    FROM metrics_otherchange f
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_tier tier ON tier.id = f.tier_id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'other_changes' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id
    WHERE {wanted("sr")} ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
