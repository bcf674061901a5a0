"""The fact tables KPIs are summed from, and the sums kept of each cell. All sums are integers.

Milliseconds, ten-thousandths of the company's currency, counts. Squares (for variances) are of hundredths of a second.
A cell's dimension that a fact lacks is 0 or ''. Adding or changing a sum needs a new `revision`.
"""

from collections.abc import Mapping

from django.conf import settings

from metrics.engine.base import Component, FactSource, Histogram
from metrics.models import Source

USUAL_CALL_RULES = {"answer_within_s": 20, "short_abandon_s": 5}
USUAL_ISSUE_RULES = {"repeat_window_hours": 168}
LARGEST = 9_000_000_000_000_000_000
# The run's moment, as the clock job stored it: in the statement's own snapshot, so every cell is judged at one moment.
CLOCK = "(SELECT done_until FROM metrics_clock WHERE key = '{key}')"
CLOCK_DAY = "(SELECT crm_day(done_until) FROM metrics_clock WHERE key = '{key}')"


def count(name: str, where: str) -> Component:
    return Component(name, f"count(*) FILTER (WHERE {where})")


def total(name: str, value: str, where: str, unit: str) -> Component:
    return Component(name, f"coalesce(sum({value}) FILTER (WHERE {where}), 0)::bigint", unit)


def squares(name: str, milliseconds: str, where: str) -> Component:
    """Σ of squared hundredths of a second, capped so that a mistaken duration cannot stop a recompute."""
    hundredths = f"least(({milliseconds}) / 10, 3000000000)"
    return Component(
        name, f"least(coalesce(sum({hundredths} * {hundredths}) FILTER (WHERE {where}), 0), {LARGEST})::bigint"
    )


def money(name: str, value: str, where: str) -> Component:
    return total(name, f"({value}) * 10000", where, "money")


def calls(rules: Mapping[str, int]) -> FactSource:
    """Calls; an answered one that has not ended counts with its wait but not with its talk time."""
    answered = "(f.outcome = 'answered' OR f.outcome = 'open' AND f.answered_at IS NOT NULL)"
    abandoned = "f.outcome = 'abandoned'"
    ended = f"{answered} AND f.talk_ms IS NOT NULL"
    within, short = rules["answer_within_s"] * 1000, rules["short_abandon_s"] * 1000
    handled = "f.talk_ms + f.hold_ms + f.wrap_ms"
    return FactSource(
        source=Source.CALL,
        table="customers_call",
        day="f.day",
        channel="'phone'",
        rules=rules,
        usual_rules=USUAL_CALL_RULES,
        histograms=(
            Histogram("wait", "f.waited_ms", f"({answered} OR {abandoned})"),
            Histogram("talk", "f.talk_ms", ended),
        ),
        components=(
            count("answered", answered),
            count("abandoned", abandoned),
            count("overflowed", "f.outcome = 'overflowed'"),
            count("rejected", "f.outcome = 'rejected'"),
            count("answered_within", f"{answered} AND f.waited_ms <= {within}"),
            count("abandoned_within", f"{abandoned} AND f.waited_ms <= {within}"),
            count("abandoned_short", f"{abandoned} AND f.waited_ms < {short}"),
            total("wait_answered", "f.waited_ms", answered, "ms"),
            total("wait_abandoned", "f.waited_ms", abandoned, "ms"),
            squares("wait_squares", "f.waited_ms", f"({answered} OR {abandoned})"),
            count("ended", ended),
            total("talk", "f.talk_ms", ended, "ms"),
            total("hold", "f.hold_ms", ended, "ms"),
            total("wrap", "f.wrap_ms", ended, "ms"),
            squares("handle_squares", handled, ended),
        ),
    )


def issues(rules: Mapping[str, int]) -> FactSource:
    """Issues whose repeat window has passed since the last contact, as of the run."""
    window = f"interval '{rules['repeat_window_hours']} hours'"
    return FactSource(
        source=Source.ISSUE,
        table="metrics_issue",
        day="f.day",
        team="f.team_id",
        channel="f.channel",
        tier="f.tier_id",
        only=f"f.last_at <= {CLOCK.format(key='issue')} - {window}",
        clock="issue",
        rules=rules,
        usual_rules=USUAL_ISSUE_RULES,
        components=(
            count("issues", "true"),
            count("solved_at_once", "f.contacts = 1"),
            total("contacts", "f.contacts", "true", "count"),
            total("contacts_squares", "f.contacts::bigint * f.contacts", "true", "count"),
        ),
    )


def surveys() -> FactSource:
    def of(survey: str, scores: str) -> str:
        return f"f.survey = '{survey}' AND f.score {scores}"

    return FactSource(
        source=Source.SURVEY,
        table="service_surveyanswer",
        day="f.day",
        channel='f.channel COLLATE "C"',
        components=(
            count("csat_answers", of("csat", "BETWEEN 1 AND 5")),
            count("csat_satisfied", of("csat", "BETWEEN 4 AND 5")),
            count("nps_answers", of("nps", "BETWEEN 0 AND 10")),
            count("nps_promoters", of("nps", "BETWEEN 9 AND 10")),
            count("nps_detractors", of("nps", "BETWEEN 0 AND 6")),
            count("ces_answers", of("ces", "BETWEEN 1 AND 7")),
            count("ces_easy", of("ces", "BETWEEN 5 AND 7")),
        ),
    )


def orders() -> FactSource:
    return FactSource(
        source=Source.ORDER,
        table="customers_order",
        day="f.day",
        components=(
            count("orders", "f.status IN ('placed', 'shipped')"),
            count("not_cancelled", "f.status <> 'cancelled'"),
        ),
    )


def order_lines() -> FactSource:
    costed = "f.counted AND f.cost_company IS NOT NULL"
    return FactSource(
        source=Source.ORDER_LINE,
        table="customers_orderline",
        day="f.day",
        product_group="coalesce(f.product_group_id, 0)",
        components=(
            count("lines", "f.counted"),
            money("revenue", "f.amount_company", "f.counted"),
            count("costed_lines", costed),
            money("costed_revenue", "f.amount_company", costed),
            money("cost", "f.cost_company", costed),
        ),
    )


def invoices() -> FactSource:
    """An invoice counts whole from the day after it was due; before, only the part that is already paid (on time)."""
    overdue = f"f.due_on < {CLOCK_DAY.format(key='invoice')}"
    on_time = "round(f.amount_company * f.paid_on_time / nullif(f.amount, 0), 4)"
    return FactSource(
        source=Source.INVOICE,
        table="customers_invoice",
        day="f.due_on",
        only="f.amount > 0",
        clock="invoice",
        components=(
            count("invoices", f"{overdue} OR f.paid_on_time > 0"),
            money("due", f"CASE WHEN {overdue} THEN f.amount_company ELSE {on_time} END", "true"),
            money("paid_on_time", on_time, "true"),
        ),
    )


def ledger() -> FactSource:
    return FactSource(
        source=Source.LEDGER,
        table="metrics_ledgermonth",
        day="f.month",
        team="0",
        tier="0",
        components=(
            Component("months", "least(count(*), 1)"),
            money("ledger_revenue", "f.revenue_company", "true"),
            money("cost_of_sales", "f.cost_of_sales_company", "true"),
            money("operating_cost", "f.operating_cost_company", "true"),
        ),
    )


CALLS = calls(
    {"answer_within_s": settings.KPI_ANSWER_WITHIN_S, "short_abandon_s": settings.KPI_SHORT_ABANDON_S},
)
ISSUES = issues({"repeat_window_hours": settings.KPI_REPEAT_WINDOW_HOURS})
SURVEYS = surveys()
ORDERS = orders()
ORDER_LINES = order_lines()
INVOICES = invoices()
LEDGER = ledger()
SOURCES = (CALLS, ISSUES, SURVEYS, ORDERS, ORDER_LINES, INVOICES, LEDGER)
