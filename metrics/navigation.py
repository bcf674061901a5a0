"""The entries of the KPIs in the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.common.navigation import NavItem, register

ITEMS = (
    NavItem(
        label=_("Dashboard"),
        url_name="metrics:dashboard",
        icon="gauge",
        permission="metrics.view_dashboard",
        order=50,
    ),
    NavItem(
        label=_("KPIs"), url_name="metrics:kpi_list", icon="chart-line", permission="metrics.view_dashboard", order=60
    ),
    NavItem(
        label=_("Scorecard"),
        url_name="metrics:scorecard",
        icon="clipboard-check",
        permission="metrics.view_dashboard",
        order=64,
    ),
    NavItem(
        label=_("Go-live"), url_name="metrics:rollouts", icon="rocket", permission="metrics.view_dashboard", order=66
    ),
    NavItem(label=_("Return and cost"), url_name="metrics:roi", icon="coins", permission="metrics.view_roi", order=70),
)


def register_all() -> None:
    for item in ITEMS:
        register(item)
