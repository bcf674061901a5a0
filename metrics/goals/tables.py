"""The lists of goals: baselines and targets of a KPI, go-live by team, what else changed."""

from datetime import date

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from crm.common.cells import dimmed, link, link_if, note, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, day
from metrics.engine.base import Kpi
from metrics.goals.register import ListedChange
from metrics.goals.rollouts import find_rollout, went_live_on
from metrics.kpis.words import kpi_total, kpi_value, scope_words
from metrics.models import Baseline, KpiTarget


def span(first: date, last: date | None) -> SafeString:
    """Breaks between the days, not within one."""
    return format_html('<span class="text-nowrap">{} –</span> {}', day(first), _unbroken(last) if last else "…")


def _unbroken(one: date) -> SafeString:
    return format_html('<span class="text-nowrap">{}</span>', day(one))


def _baselines(kpi: Kpi) -> tuple[Column[Baseline], ...]:
    return (
        Column(key="window", title=_("Window"), cell=_window, css="col-least"),
        Column(key="scope", title=_("Scope"), cell=scope_words),
        Column(key="value", title=_("Value"), cell=lambda one: kpi_total(one.value, kpi), align="end"),
        Column(
            key="signed", title=_("Signed"), cell=lambda one: together(one.signed_by or "–", note(day(one.frozen_at)))
        ),
    )


def _window(one: Baseline) -> SafeString:
    return link(url_of("metrics:baseline", one.pk), span(one.window_from, one.window_to))


BASELINES = Table[Baseline, Kpi](
    key="goals.baselines",
    caption=_("Baselines"),
    columns=_baselines,
    empty=Empty(text=_("None yet: nothing to judge by. Freeze one from before go-live.")),
)


def _targets(kpi: Kpi) -> tuple[Column[KpiTarget], ...]:
    return (
        Column(key="due", title=_("Due"), cell=lambda one: _unbroken(one.due_on)),
        Column(key="scope", title=_("Scope"), cell=scope_words),
        Column(key="target", title=_("Target"), cell=lambda one: kpi_value(one.value, kpi), align="end"),
        Column(key="owner", title=_("Owner"), cell=lambda one: one.owner),
        Column(
            key="set",
            title=_("Set"),
            cell=lambda one: together(ago(one.set_at), note(one.set_by) if one.set_by else ""),
        ),
    )


TARGETS = Table[KpiTarget, Kpi](
    key="goals.targets", caption=_("Targets"), columns=_targets, empty=Empty(text=_("No target yet."))
)


def _rollouts(may_change: bool) -> tuple[Column[Team], ...]:
    shown: tuple[Column[Team], ...] = (
        Column(key="team", title=_("Team"), cell=lambda team: team.name),
        Column(key="day", title=_("Went live on"), cell=_went_live),
        Column(key="phase", title=_("Phase"), cell=_phase, align="end"),
    )
    edit: Column[Team] = Column(key="edit", title=_("Edit"), cell=_edit, align="end", spoken=True)
    return (*shown, edit) if may_change else shown


def _went_live(team: Team) -> object:
    rollout = find_rollout(team)
    if rollout:
        return day(rollout.went_live_on)
    with_company = went_live_on(team)
    if with_company:
        return gettext("%(day)s, with the company") % {"day": day(with_company)}
    return dimmed(gettext("not yet"))


def _phase(team: Team) -> int | None:
    rollout = find_rollout(team)
    return rollout.phase if rollout else None


def _edit(team: Team) -> SafeString:
    words = gettext("Edit") if find_rollout(team) else gettext("Set the day")
    spoken = format_html('{}<span class="visually-hidden"> ({})</span>', words, team.name)
    return link(url_of("metrics:rollout", team.pk), spoken)


ROLLOUTS = Table[Team, bool](
    key="goals.rollouts",
    caption=_("Go-live by team"),
    columns=_rollouts,
    empty=Empty(
        title=_("No teams yet"),
        text=_("An administrator makes teams in the administration; imports make them too."),
        icon="users-group",
    ),
)


def _other_changes(may_change: bool) -> tuple[Column[ListedChange], ...]:
    def what(row: ListedChange) -> SafeString:
        return link_if(reverse("metrics:other_change", args=[row.change.pk]) if may_change else "", row.change.what)

    return (
        Column(key="what", title=_("What changed"), cell=what),
        Column(key="when", title=_("When"), cell=lambda row: span(row.change.happened_from, row.change.happened_to)),
        Column(key="where", title=_("Where"), cell=lambda row: scope_words(row.change)),
        Column(key="kpis", title=_("KPIs it touches"), cell=lambda row: ", ".join(row.kpi_names) or gettext("all")),
    )


OTHER_CHANGES = Table[ListedChange, bool](
    key="goals.other_changes",
    caption=_("Other changes"),
    columns=_other_changes,
    empty=Empty(
        title=_("Nothing else changed, as far as anyone entered"),
        text=_(
            "A price rise, a new product, a strike: enter what may explain a change of the figures, so that the CRM "
            "gets neither credit nor blame for it."
        ),
        icon="arrows-shuffle",
    ),
)
