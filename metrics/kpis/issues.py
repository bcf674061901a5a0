"""KPIs of issues: chains of contacts of one customer with one purpose."""

from math import ceil

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from metrics.engine.base import Kpi
from metrics.engine.components import count, total
from metrics.engine.issues import BUILDER
from metrics.engine.rules import Values, days_in_words
from metrics.engine.sources import FactSource
from metrics.kpis.families import CALL_CENTRE

INTERACTION_LOG = _("The interaction log: incoming contacts with a known customer, on any channel.")
DAYS = days_in_words("repeat_window_hours")
WINDOW = "interval '1 hour' * {repeat_window_hours}"
ISSUE = format_lazy(
    _(
        "Incoming contacts of a customer with the same purpose are one issue as long as no gap between two of them is "
        "longer than {days} days. An issue counts once {days} days have passed since its last contact."
    ),
    days=DAYS,
)


def until_chains_end(rules: Values) -> int:
    """Contacts can follow each other at the repeat window's distance; after three windows nearly all chains have
    ended, before that the single contacts are over-represented.
    """
    return ceil(rules["repeat_window_hours"] / 24) * 3


# Issues whose repeat window has passed since the last contact, as of the run.
ISSUES = FactSource(
    key="issue",
    number=2,
    label=_("issues"),
    family=CALL_CENTRE,
    imports=("interactions", "calls"),
    table="metrics_issue",
    day="f.day",
    team="f.team_id",
    channel="f.channel",
    tier="f.tier_id",
    only=f"f.last_at <= {{clock}} - {WINDOW}",
    clock=f"f.last_at > %(earlier)s - {WINDOW} AND f.last_at <= %(later)s - {WINDOW}",
    settles=until_chains_end,
    identity="extract(epoch FROM f.first_at)",
    builder=BUILDER,
    components=(
        count("issues", "true"),
        count("solved_at_once", "f.contacts = 1"),
        total("contacts", "f.contacts", "true", "count"),
        total("contacts_squares", "f.contacts::bigint * f.contacts", "true", "count"),
    ),
)

FCR = Kpi(
    key="fcr",
    name=_("First-contact resolution"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=ISSUES,
    numerator="solved_at_once",
    denominator="issues",
    n="issues",
    definition=format_lazy("{} {}", _("Share of issues that took a single contact."), ISSUE),
    formula=_("issues of one contact ÷ issues"),
    data_source=INTERACTION_LOG,
    misuse=_(
        "A customer who gave up, or went elsewhere, looks solved. The last days are missing until their issues are "
        "old enough to count."
    ),
    trade_offs=("aht",),
    trade_off_note=_("Solving it at once takes longer calls."),
)
CONTACTS_TO_RESOLVE = Kpi(
    key="contacts_to_resolve",
    name=_("Contacts to resolve"),
    unit="ratio",
    shape="mean",
    higher_is_better=False,
    source=ISSUES,
    numerator="contacts",
    denominator="issues",
    n="issues",
    definition=format_lazy("{} {}", _("How many contacts an issue takes, on average."), ISSUE),
    formula=_("contacts ÷ issues"),
    data_source=INTERACTION_LOG,
    misuse=_("Contacts that nobody logs, or that no customer was found for, make it look better."),
    trade_offs=("aht",),
    trade_off_note=_("Solving it in fewer contacts takes longer calls."),
)
SOURCES = (ISSUES,)
KPIS = (FCR, CONTACTS_TO_RESOLVE)
