"""The dashboard's families of KPIs: each KPI with its course, now, baseline, change, target and verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.common.cells import counted, dimmed, link, note, reason, strong, together, url_of
from crm.common.tables import Column, Table
from crm.common.templatetags.figures import NO_DATA, day
from crm.common.templatetags.look import icon, sparkline, status_badge, verdict_badge
from metrics.kpis.words import kpi_change, kpi_interval, kpi_total
from metrics.pages.dashboard import Card
from metrics.pages.tables import kpi_link


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whose figures are shown (None: the company's), and what the one who reads may do about them."""

    team_id: int | None
    may_freeze: bool
    may_set: bool
    may_import: bool

    @classmethod
    def of(cls, user: User | AnonymousUser, *, team_id: int | None) -> "Reader":
        return cls(
            team_id=team_id,
            may_freeze=user.has_perm("metrics.freeze_baseline"),
            may_set=user.has_perm("metrics.set_target"),
            may_import=user.has_perm("customers.import_data"),
        )

    @property
    def query(self) -> str:
        return f"?team={self.team_id}" if self.team_id else ""


def _columns(reader: Reader) -> tuple[Column[Card], ...]:
    return (
        Column(key="kpi", title=_("KPI"), cell=lambda card: _name(card, reader)),
        Column(key="spark", title=_("Two years, by month"), cell=_course, css="kpi-spark"),
        Column(key="now", title=_("Now"), cell=_now, align="end"),
        Column(key="baseline", title=_("Baseline"), cell=lambda card: _baseline(card, reader), align="end"),
        # xgettext:no-python-format
        Column(key="change", title=_("Change (95% interval)"), cell=_change, align="end", css="kpi-change"),
        Column(key="target", title=_("Target"), cell=lambda card: _target(card, reader), align="end", css="kpi-target"),
        Column(key="verdict", title=_("Verdict"), cell=lambda card: _verdict(card, reader), css="kpi-verdict"),
    )


def _name(card: Card, reader: Reader) -> SafeString:
    """Sums are shown as an average month; it is said here once, not at each figure of the row."""
    by_month = note(gettext("a month")) if card.kpi.shape == "sum" else ""
    return together(kpi_link(card.kpi, team_id=reader.team_id), by_month)


def _course(card: Card) -> SafeString:
    if card.missing:
        return dimmed(NO_DATA)
    label = gettext("%(kpi)s by month over two years") % {"kpi": card.kpi.name}
    return sparkline(card.spark, label, card.go_live, card.baseline)


def _now(card: Card) -> SafeString:
    span = f", {day(card.now_from)} – {day(card.now_to)}" if card.now_from else ""
    hint = gettext("number of things counted") + span
    return together(strong(kpi_total(card.now, card.kpi)), counted(card.n, title=hint))


def _baseline(card: Card, reader: Reader) -> SafeString:
    if card.baseline_id:
        address = url_of("metrics:baseline", card.baseline_id)
        return together(link(address, kpi_total(card.baseline, card.kpi)), counted(card.n_baseline))
    if card.company_only or card.missing:
        return dimmed(NO_DATA)
    freeze = _step("metrics:freeze_baseline", card, gettext("freeze one"), reader) if reader.may_freeze else ""
    return together(dimmed(gettext("no baseline")), freeze)


def _change(card: Card) -> SafeString:
    spread = kpi_interval(card.low, card.high, card.kpi)
    return together(kpi_change(card.change, card.kpi), note(spread) if spread else "")


def _target(card: Card, reader: Reader) -> SafeString:
    if card.target:
        due = gettext("due %(due)s") % {"due": day(card.target.due_on)}
        state = together(icon("check"), gettext("reached")) if card.target_reached else due
        value = together(kpi_total(card.target.value, card.kpi), note(state))
        return format_html('<span title="{}">{}</span>', card.target.owner, value)
    if reader.may_set and not card.company_only:
        return _step("metrics:set_target", card, gettext("set one"), reader)
    return dimmed(NO_DATA)


def _step(name: str, card: Card, words: str, reader: Reader) -> SafeString:
    """To where what is missing is entered, in the scope that is shown."""
    return format_html(
        '<a class="cell-note" href="{}{}">{}</a>', reverse(name, args=[card.kpi.key]), reader.query, words
    )


def _verdict(card: Card, reader: Reader) -> SafeString:
    if card.company_only:
        return dimmed(gettext("only for the whole company"))
    caution = status_badge(card.caution, "yellow", "alert-triangle") if card.caution else ""
    return format_html(
        '<details class="reason"><summary>{}</summary>{}</details>',
        together(verdict_badge(card.verdict, card.reason), caution),
        together(
            reason(card.reason),
            reason(card.kpi.trade_off_note) if card.caution and card.kpi.trade_off_note else "",
            reason(_missing(card, reader)) if card.missing else "",
        ),
    )


def _missing(card: Card, reader: Reader) -> SafeString:
    """What the KPI is made of, and where to bring it in."""
    files = format_html_join(", ", '<a href="{}?kind={}">{}</a>', _imports(card)) if reader.may_import else ""
    return together(gettext("Made of:"), card.kpi.data_source, files)


def _imports(card: Card) -> list[tuple[str, str, str]]:
    address = reverse("customers:import_new")
    return [(address, kind, gettext("Import %(kind)s") % {"kind": name}) for kind, name in card.missing]


def _attributes(card: Card) -> Mapping[str, str]:
    return {"id": f"kpi-{card.kpi.key}", "class": "kpi-caution" if card.caution else ""}


FAMILY = Table[Card, Reader](
    key="pages.dashboard", caption=_("KPIs"), columns=_columns, attributes=_attributes, css="kpi-table wrapped"
)
