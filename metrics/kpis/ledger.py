"""The finance ledger by month, and its KPIs."""

from django.utils.translation import gettext_lazy as _

from metrics.engine.base import Kpi
from metrics.engine.components import Component, money
from metrics.engine.sources import FactSource
from metrics.kpis.families import BUSINESS

LEDGER = FactSource(
    key="ledger",
    number=7,
    label=_("ledger"),
    family=BUSINESS,
    imports=("ledger",),
    table="metrics_ledgermonth",
    day="f.month",
    team="0",
    tier="0",
    whole_months=True,
    components=(
        Component("months", "1", at_most=1),
        money("ledger_revenue", "round(f.revenue_company * f.share, 4)", "true"),
        money("cost_of_sales", "round(f.cost_of_sales_company * f.share, 4)", "true"),
        money("operating_cost", "round(f.operating_cost_company * f.share, 4)", "true"),
    ),
    only="f.share > 0",
    revision=2,
)

BY_MONTH = _(
    "The finance ledger, one row a month; it is not divided by team, channel or tier. Where several finance systems "
    "deliver a month, the most trusted one's counts, and others by the share an administrator names."
)

OPERATING_COST_RATIO = Kpi(
    key="operating_cost_ratio",
    name=_("Operating cost ratio"),
    unit="ratio",
    shape="ratio",
    higher_is_better=False,
    source=LEDGER,
    numerator="operating_cost",
    denominator="ledger_revenue",
    n="months",
    definition=_("Operating cost for each unit of revenue."),
    formula=_("operating cost ÷ revenue"),
    data_source=BY_MONTH,
    misuse=_("Falls when revenue rises, whoever caused it. Few months: read the trend, not one month."),
    trade_offs=("service_level", "csat"),
    trade_off_note=_("Saving on staff makes customers wait."),
)
PROFIT = Kpi(
    key="profit",
    name=_("Profit"),
    unit="money",
    shape="sum",
    higher_is_better=True,
    source=LEDGER,
    numerator="ledger_revenue - cost_of_sales - operating_cost",
    n="months",
    definition=_("What remains of revenue after cost of sales and operating cost."),
    formula=_("revenue − cost of sales − operating cost"),
    data_source=BY_MONTH,
    misuse=_("Everything the company does is in it: a CRM programme alone hardly shows."),
    trade_offs=("csat",),
)
SOURCES = (LEDGER,)
KPIS = (OPERATING_COST_RATIO, PROFIT)
