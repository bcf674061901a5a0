"""The tiers: who is in which, what each entitles to, and the policy in words."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.common.charts import Chart, Series
from crm.common.templatetags.figures import percent
from customers.tiers.ladder import Tiers, tiers
from customers.tiers.tables import TIERS, Ladder


@require_GET
@permission_required("customers.view_tier", raise_exception=True)
def tier_list(request: HttpRequest) -> HttpResponse:
    shown = tiers(request.user)
    about = Ladder(tiers=shown, may_list=request.user.has_perm("customers.view_customer"))
    context = {
        "tiers": shown,
        "ladder": TIERS.of(shown.rows, about=about),
        "chart": _chart(shown) if shown.total else None,
    }
    return render(request, "customers/tiers/tiers.html", context)


def _chart(shown: Tiers) -> Chart:
    """Customers by tier; the title says how many the best two hold together."""
    best = shown.rows[:2]
    title = _("%(tiers)s: %(share)s of all customers") % {
        "tiers": _(" and ").join(str(row.tier) for row in best),
        "share": percent(sum(row.share for row in best)),
    }
    labels = [str(row.tier) for row in shown.rows] + ([_("No tier")] if shown.without else [])
    values = [float(row.customers) for row in shown.rows] + ([float(shown.without)] if shown.without else [])
    return Chart(
        key="tiers",
        title=title,
        x=labels,
        series=[Series(name=_("Customers"), values=values)],
        kind="bar",
        x_label=_("Tier"),
    )
