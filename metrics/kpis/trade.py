"""Orders, their lines, invoices, and the KPIs of orders and payment.

Amounts are in the company's currency at the rate of the day.
"""

from django.utils.translation import gettext_lazy as _

from customers.trade.orders import counts
from metrics.engine.base import Kpi
from metrics.engine.components import count, money
from metrics.engine.sources import FactSource
from metrics.kpis.families import TRANSACTIONS

ORDERS = FactSource(
    key="order",
    number=4,
    label=_("orders"),
    family=TRANSACTIONS,
    imports=("orders",),
    table="customers_order",
    day="f.day",
    components=(
        count("orders", "f.status IN ('placed', 'shipped')"),
        count("not_cancelled", counts("f")),
    ),
)
COSTED = "f.counted AND f.cost_company IS NOT NULL"
ORDER_LINES = FactSource(
    key="order_line",
    number=5,
    label=_("order lines"),
    family=TRANSACTIONS,
    imports=("orders",),
    table="customers_orderline",
    day="f.day",
    product_group="coalesce(f.product_group_id, 0)",
    components=(
        count("lines", "f.counted"),
        money("revenue", "f.amount_company", "f.counted"),
        count("costed_lines", COSTED),
        money("costed_revenue", "f.amount_company", COSTED),
        money("cost", "f.cost_company", COSTED),
    ),
)
# What an invoice stands at, trade says. The day comes as a column: the planner puts no function whose argument is a
# query in place of its call.
STANDING = "CROSS JOIN (SELECT {clock_day} AS day) clock CROSS JOIN LATERAL crm_invoice_standing(f, clock.day) s"
INVOICES = FactSource(
    key="invoice",
    number=6,
    label=_("invoices"),
    family=TRANSACTIONS,
    imports=("invoices", "payments"),
    table="customers_invoice",
    day="f.due_on",
    only="f.amount > 0",
    beside=STANDING,
    reads=("amount", "amount_company", "paid_on_time"),
    clock="f.due_on >= crm_day(%(earlier)s) AND f.due_on < crm_day(%(later)s) AND f.amount > 0",
    components=(
        count("invoices", "s.is_due"),
        money("due", "s.due", "true"),
        money("paid_on_time", "s.on_time", "true"),
    ),
)
ORDER_LINES_OF = _("Lines of orders that are not cancelled, by the day the order was placed.")

ORDERS_PLACED = Kpi(
    key="orders",
    name=_("Orders"),
    unit="count",
    shape="sum",
    higher_is_better=True,
    source=ORDERS,
    numerator="orders",
    n="orders",
    definition=_("Number of orders placed or shipped."),
    formula=_("count of orders that are neither cancelled nor returned"),
    data_source=_("Orders, by the day they were placed."),
    misuse=_("Many small orders are not more business: read it with revenue. Season moves it more than a programme."),
    trade_offs=("gross_profit",),
    trade_off_note=_("Discounts bring orders and cost profit."),
)
REVENUE = Kpi(
    key="revenue",
    name=_("Revenue"),
    unit="money",
    shape="sum",
    higher_is_better=True,
    source=ORDER_LINES,
    numerator="revenue",
    n="not_cancelled",
    n_source=ORDERS,
    definition=_("What was ordered, at the price agreed; returned goods are negative."),
    formula=_("Σ quantity × unit price"),
    data_source=ORDER_LINES_OF,
    misuse=_("Prices, season and the market move it; a change after go-live is not a change because of it."),
    trade_offs=("gross_profit",),
    trade_off_note=_("Discounts bring revenue and cost profit."),
)
GROSS_PROFIT = Kpi(
    key="gross_profit",
    name=_("Gross profit"),
    unit="money",
    shape="sum",
    higher_is_better=True,
    source=ORDER_LINES,
    numerator="costed_revenue - cost",
    n="costed_lines",
    definition=_("Revenue less cost of goods, over order lines whose cost is known; n counts those lines."),
    formula=_("Σ quantity × (unit price − unit cost)"),
    data_source=ORDER_LINES_OF,
    misuse=_("Lines without a cost are left out: look at the coverage before comparing."),
)
GROSS_PROFIT_COVERAGE = Kpi(
    key="gross_profit_coverage",
    name=_("Gross profit: coverage"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=ORDER_LINES,
    numerator="costed_lines",
    denominator="lines",
    n="lines",
    variant_of="gross_profit",
    definition=_("Share of order lines whose cost is known."),
    formula=_("order lines with a cost ÷ order lines"),
    data_source=ORDER_LINES_OF,
    misuse=_("A measure of the data, not of the business."),
)
ON_TIME_PAYMENT = Kpi(
    key="on_time_payment",
    name=_("Paid on time"),
    unit="share",
    shape="ratio",
    higher_is_better=True,
    source=INVOICES,
    numerator="paid_on_time",
    denominator="due",
    n="invoices",
    definition=_(
        "Of the amounts due, the part that was paid on or before the due date. What is unpaid counts as late from the "
        "day after; an invoice not due yet counts only with what is already paid."
    ),
    formula=_("Σ amounts paid by the due date ÷ Σ amounts due"),
    data_source=_("Invoices and payments, by the day the invoice was due."),
    misuse=_("Weighs by amount: one large customer can decide it. Longer credit raises it without any merit."),
    trade_offs=("revenue",),
    trade_off_note=_("Strict credit turns buyers away."),
)
SOURCES = (ORDERS, ORDER_LINES, INVOICES)
KPIS = (ORDERS_PLACED, REVENUE, GROSS_PROFIT, GROSS_PROFIT_COVERAGE, ON_TIME_PAYMENT)
