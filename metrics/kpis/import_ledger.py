"""`ledger`: the finance ledger by month."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from customers.importing import parsers
from customers.importing.exports import Export, source, wanted_rows
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec
from customers.models import ImportBatch
from customers.trade.amounts import RowRates, check_size, company_currency

_AMOUNTS = ("revenue", "cost_of_sales", "operating_cost")


def deriver(_batch: ImportBatch) -> Derive:
    rates, company = RowRates(), company_currency()
    month, currency = SPEC.places("month", "currency")
    amounts = dict(zip(_AMOUNTS, SPEC.places(*_AMOUNTS), strict=True))

    def derive(row: list[str | None]) -> Sequence[str | None]:
        row[currency] = row[currency] or company
        rate = rates.rate(row[currency], row[month])
        for name, place in amounts.items():
            check_size(rate, name, row[place])
        return (rate,)

    return derive


SPEC = ImportSpec(
    kind="ledger",
    label=gettext_lazy("ledger by month"),
    columns=(
        Column("month", parsers.month, sql="date", required=True),
        Column("revenue", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("cost_of_sales", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("operating_cost", parsers.decimal, sql="numeric(18,4)", required=True),
        Column("currency", parsers.currency),
    ),
    key="month",
    table="metrics_ledgermonth",
    derived=(("rate", "numeric"),),
    deriver=deriver,
    write=(
        Facts(
            "metrics_ledgermonth",
            {
                "system_id": "k._system_id",
                "month": "k.month",
                "currency": "k.currency",
                "revenue": "k.revenue",
                "cost_of_sales": "k.cost_of_sales",
                "operating_cost": "k.operating_cost",
                "revenue_company": "round(k.revenue * k.rate, 4)",
                "cost_of_sales_company": "round(k.cost_of_sales * k.rate, 4)",
                "operating_cost_company": "round(k.operating_cost * k.rate, 4)",
            },
        ),
    ),
)

EXPORT = Export(
    kind="ledger",
    select=f"""
    SELECT {source("s")}, to_char(f.month, 'YYYY-MM'), trim_scale(f.revenue), trim_scale(f.cost_of_sales),
           trim_scale(f.operating_cost), f.currency
    FROM metrics_ledgermonth f JOIN customers_sourcesystem s ON s.id = f.system_id
    WHERE {wanted_rows("f")} ORDER BY s.key, f.month
    """,  # noqa: S608 - constants of this code base
)
