"""KPIs of issues: chains of contacts of one customer with one purpose."""

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from metrics.engine.base import Kpi
from metrics.engine.sources import ISSUES

INTERACTION_LOG = _("The interaction log: incoming contacts with a known customer, on any channel.")
DAYS = f"{settings.KPI_REPEAT_WINDOW_HOURS / 24:g}"
ISSUE = format_lazy(
    _(
        "Incoming contacts of a customer with the same purpose are one issue as long as no gap between two of them is "
        "longer than {days} days. An issue counts once {days} days have passed since its last contact."
    ),
    days=DAYS,
)
RULES = ("repeat_window_hours",)

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
    rules=RULES,
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
    rules=RULES,
    definition=format_lazy("{} {}", _("How many contacts an issue takes, on average."), ISSUE),
    formula=_("contacts ÷ issues"),
    data_source=INTERACTION_LOG,
    misuse=_("Contacts that nobody logs, or that no customer was found for, make it look better."),
    trade_offs=("aht",),
    trade_off_note=_("Solving it in fewer contacts takes longer calls."),
)
KPIS = (FCR, CONTACTS_TO_RESOLVE)
