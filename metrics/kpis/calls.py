"""Calls, and the KPIs of the telephone queues (design: one callid in one queue is one call)."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from metrics.engine.base import Kpi
from metrics.engine.components import Histogram, count, squares, total
from metrics.engine.rules import in_words
from metrics.engine.sources import FactSource
from metrics.kpis.families import CALL_CENTRE

QUEUE_LOG = _("The telephone system's queue log.")
WITHIN, SHORT = in_words("answer_within_s"), in_words("short_abandon_s")

# An answered call that has not ended counts with its wait but not with its talk time.
ANSWERED = "(f.outcome = 'answered' OR f.outcome = 'open' AND f.answered_at IS NOT NULL)"
ABANDONED = "f.outcome = 'abandoned'"
ENDED = f"{ANSWERED} AND f.talk_ms IS NOT NULL"
CALLS = FactSource(
    key="call",
    number=1,
    label=_("calls"),
    family=CALL_CENTRE,
    imports=("calls",),
    table="customers_call",
    day="f.day",
    channel="'phone'",
    histograms=(
        Histogram("wait", "f.waited_ms", f"({ANSWERED} OR {ABANDONED})"),
        Histogram("talk", "f.talk_ms", ENDED),
    ),
    components=(
        count("answered", ANSWERED),
        count("abandoned", ABANDONED),
        count("overflowed", "f.outcome = 'overflowed'"),
        count("rejected", "f.outcome = 'rejected'"),
        count("answered_within", f"{ANSWERED} AND f.waited_ms <= {{answer_within_s}} * 1000"),
        count("abandoned_within", f"{ABANDONED} AND f.waited_ms <= {{answer_within_s}} * 1000"),
        count("abandoned_short", f"{ABANDONED} AND f.waited_ms < {{short_abandon_s}} * 1000"),
        total("wait_answered", "f.waited_ms", ANSWERED, "ms"),
        total("wait_abandoned", "f.waited_ms", ABANDONED, "ms"),
        squares("wait_squares", "f.waited_ms", f"({ANSWERED} OR {ABANDONED})"),
        count("ended", ENDED),
        total("talk", "f.talk_ms", ENDED, "ms"),
        total("hold", "f.hold_ms", ENDED, "ms"),
        total("wrap", "f.wrap_ms", ENDED, "ms"),
        squares("handle_squares", "f.talk_ms + f.hold_ms + f.wrap_ms", ENDED),
    ),
)

SERVICE_LEVEL = Kpi(
    key="service_level",
    name=_("Service level"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=CALLS,
    numerator="answered_within",
    denominator="answered + abandoned - abandoned_within",
    n="answered + abandoned - abandoned_within",
    quantiles="wait",
    definition=format_lazy(
        _("Share of offered calls that were answered within {seconds} s; callers who gave up sooner are left out."),
        seconds=WITHIN,
    ),
    formula=format_lazy(
        _("answered within {seconds} s ÷ (answered + abandoned − abandoned within {seconds} s)"), seconds=WITHIN
    ),
    data_source=QUEUE_LOG,
    misuse=_("Says nothing of those who waited longer, nor of how well they were helped; do not rank agents by it."),
    trade_offs=("operating_cost_ratio",),
    trade_off_note=_("Answering sooner takes more agents, who then wait idle for longer."),
)
SERVICE_LEVEL_STRICT = Kpi(
    key="service_level_strict",
    name=_("Service level, strict"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=CALLS,
    numerator="answered_within",
    denominator="answered + abandoned",
    n="answered + abandoned",
    variant_of="service_level",
    quantiles="wait",
    definition=format_lazy(
        _("Share of all offered calls that were answered within {seconds} s; every abandoned call counts against it."),
        seconds=WITHIN,
    ),
    formula=format_lazy(_("answered within {seconds} s ÷ (answered + abandoned)"), seconds=WITHIN),
    data_source=QUEUE_LOG,
    misuse=_("Callers who hang up at once pull it down although nobody could have answered them."),
    trade_offs=("operating_cost_ratio",),
)
ASA = Kpi(
    key="asa",
    name=_("Average speed of answer"),
    unit="seconds",
    shape="mean",
    higher_is_better=False,
    source=CALLS,
    numerator="wait_answered",
    denominator="answered",
    n="answered",
    quantiles="wait",
    definition=_("How long callers who were answered had waited in the queue, on average."),
    formula=_("Σ wait of answered calls ÷ answered calls"),
    data_source=QUEUE_LOG,
    misuse=_("A few long waits hide behind many short ones, and those who gave up are missing: look at both."),
    trade_offs=("operating_cost_ratio",),
    trade_off_note=_("Shorter waits take more agents."),
)
QUEUE_TIME = Kpi(
    key="queue_time",
    name=_("Average time in the queue"),
    unit="seconds",
    shape="mean",
    higher_is_better=False,
    source=CALLS,
    numerator="wait_answered + wait_abandoned",
    denominator="answered + abandoned",
    n="answered + abandoned",
    quantiles="wait",
    definition=_("How long callers stood in the queue until they were answered or gave up, on average."),
    formula=_("Σ wait of answered and abandoned calls ÷ (answered + abandoned)"),
    data_source=QUEUE_LOG,
    misuse=_("Falls when callers give up sooner, which is no improvement: read it with the abandon rate."),
    trade_offs=("operating_cost_ratio", "abandon_rate"),
    trade_off_note=_("Shorter waits take more agents."),
)
ABANDON_RATE = Kpi(
    key="abandon_rate",
    name=_("Abandon rate"),
    unit="share",
    shape="proportion",
    higher_is_better=False,
    source=CALLS,
    numerator="abandoned - abandoned_short",
    denominator="answered + abandoned - abandoned_short",
    n="answered + abandoned - abandoned_short",
    definition=format_lazy(
        _("Share of callers who gave up waiting; hanging up within {seconds} s counts as a wrong number."),
        seconds=SHORT,
    ),
    formula=format_lazy(
        _("abandoned after {seconds} s or more ÷ (answered + abandoned − abandoned before {seconds} s)"),
        seconds=SHORT,
    ),
    data_source=QUEUE_LOG,
    misuse=_("Turning callers away at the door lowers it: read it with the reject rate."),
    trade_offs=("reject_rate", "operating_cost_ratio"),
    trade_off_note=_("Fewer who give up take more agents, or a fuller queue that turns others away."),
)
REJECT_RATE = Kpi(
    key="reject_rate",
    name=_("Reject rate"),
    unit="share",
    shape="proportion",
    higher_is_better=False,
    source=CALLS,
    numerator="rejected",
    denominator="answered + abandoned + overflowed + rejected",
    n="answered + abandoned + overflowed + rejected",
    definition=_("Share of calls that were not let into the queue: full, closed, or nobody there."),
    formula=_("rejected ÷ (answered + abandoned + overflowed + rejected)"),
    data_source=QUEUE_LOG,
    misuse=_("Calls outside business hours count too, if the telephone system logs them."),
    trade_offs=("queue_time", "abandon_rate"),
    trade_off_note=_("A queue that lets everyone in makes everyone wait longer."),
)
AHT = Kpi(
    key="aht",
    name=_("Average handle time"),
    unit="seconds",
    shape="mean",
    higher_is_better=False,
    source=CALLS,
    numerator="talk + hold + wrap",
    denominator="ended",
    n="ended",
    quantiles="talk",
    definition=_("How long an answered call keeps an agent: talking, holding and wrapping up, on average."),
    formula=_("Σ (talk + hold + wrap-up) of answered calls that have ended ÷ their number"),
    data_source=QUEUE_LOG,
    misuse=_("Not a goal for a single agent: who hurries callers off the line makes them call again."),
    trade_offs=("fcr", "csat"),
    trade_off_note=_("Shorter calls tend to leave more unsolved."),
)
SOURCES = (CALLS,)
KPIS = (SERVICE_LEVEL, SERVICE_LEVEL_STRICT, ASA, QUEUE_TIME, ABANDON_RATE, REJECT_RATE, AHT)
