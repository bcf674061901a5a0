"""`costs`: what the programme costs."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.importing import parsers
from customers.importing.exports import Export, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Invalid
from customers.models import ImportBatch
from customers.trade.amounts import RowRates, check_size, company_currency
from metrics.models import CostEntry


def deriver(_batch: ImportBatch) -> Derive:
    rates, company = RowRates(), company_currency()
    date, currency = SPEC.places("date", "currency")
    planned, actual = SPEC.places("planned", "actual")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        if row[planned] is None and row[actual] is None:
            raise Invalid(_("neither planned nor actual is given"), "actual")
        row[currency] = row[currency] or company
        rate = rates.rate(row[currency], row[date])
        check_size(rate, "planned", row[planned])
        check_size(rate, "actual", row[actual])
        return (rate,)

    return derive


SPEC = ImportSpec(
    kind="costs",
    label=gettext_lazy("programme costs"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("date", parsers.day, sql="date", required=True),
        Column("category", parsers.choice(*CostEntry.Category.values), required=True),
        Column("phase", parsers.text(60)),
        Column("planned", parsers.decimal, sql="numeric(18,4)", empty=None),
        Column("actual", parsers.decimal, sql="numeric(18,4)", empty=None),
        Column("currency", parsers.currency),
        Column("note", parsers.text()),
    ),
    table="metrics_costentry",
    derived=(("rate", "numeric"),),
    deriver=deriver,
    write=(
        Facts(
            "metrics_costentry",
            {
                "date": "k.date",
                "category": "k.category",
                "phase": "k.phase",
                "currency": "k.currency",
                "planned": "k.planned",
                "actual": "k.actual",
                "planned_company": "round(k.planned * k.rate, 4)",
                "actual_company": "round(k.actual * k.rate, 4)",
                "note": "k.note",
            },
        ),
    ),
)

EXPORT = Export(
    kind="costs",
    select=f"""
    SELECT {source("s")}, coalesce(sr.external_id, ''), f.date, f.category, f.phase, trim_scale(f.planned),
           trim_scale(f.actual), f.currency, f.note
    FROM metrics_costentry f
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'costs' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id
    WHERE {wanted("sr")} ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
