"""What the programme costs and returns."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.common import days
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, Saved, edit_page, posted
from metrics.models import Benefit, CostEntry
from metrics.programme import recording as programme
from metrics.programme.forms import BenefitForm, CostForm
from metrics.programme.roi_page import roi_page
from metrics.programme.tables import BENEFITS, COSTS, COSTS_BY_YEAR, Summed


@require_safe
@permission_required("metrics.view_roi", raise_exception=True)
def roi(request: HttpRequest) -> HttpResponse:
    page = roi_page(request.user, as_of=days.today())
    may_change = request.user.has_perm("metrics.change_roi")
    hard = Summed(total=page.result.hard_benefit, may_change=may_change)
    soft = Summed(total=page.result.soft_benefit, may_change=may_change)
    context = {
        "page": page,
        "costs_by_year": COSTS_BY_YEAR.of(page.costs, about=page.total),
        "hard": BENEFITS.of(page.hard, about=hard, caption=_("Hard benefits: money that shows in the books")),
        "soft": BENEFITS.of(
            page.soft, about=soft, caption=_("Soft benefits: worth something, though no budget shrinks")
        ),
    }
    return render(request, "metrics/programme/roi.html", context)


@require_safe
@permission_required("metrics.view_roi", raise_exception=True)
def costs(request: HttpRequest) -> HttpResponse:
    may_change = request.user.has_perm("metrics.change_roi")
    sort = COSTS.allowed(request.GET.get("sort", ""), default="-date", about=may_change)
    page = keyset_page(CostEntry.objects.visible_to(request.user), sort=sort, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "costs": COSTS.of(page.rows, about=may_change, sort=sort, page=page)}
    return render(request, "metrics/programme/costs.html", context)


@require_http_methods(EDIT)
@permission_required("metrics.change_roi", raise_exception=True)
def cost(request: HttpRequest, cost_id: int | None = None) -> HttpResponse:
    """Enter one, or correct the one with this id."""
    existing = get_object_or_404(CostEntry.objects.visible_to(request.user), pk=cost_id) if cost_id else None
    form = CostForm(posted(request), instance=existing)

    def save() -> Saved:
        programme.record_cost(cost=form.instance, seen=form.cleaned_data["seen"])
        return Saved(message=_("Cost saved."), to="metrics:costs")

    return edit_page(request, "metrics/programme/cost.html", form, save, {"existing": existing})


@require_POST
@permission_required("metrics.change_roi", raise_exception=True)
def withdraw_cost(request: HttpRequest, cost_id: int) -> HttpResponse:
    programme.withdraw_cost(cost=get_object_or_404(CostEntry.objects.visible_to(request.user), pk=cost_id))
    messages.success(request, _("Cost removed."))
    return redirect("metrics:costs")


@require_http_methods(EDIT)
@permission_required("metrics.change_roi", raise_exception=True)
def benefit(request: HttpRequest, benefit_id: int | None = None) -> HttpResponse:
    """Enter one, or correct the one with this id."""
    existing = get_object_or_404(Benefit.objects.visible_to(request.user), pk=benefit_id) if benefit_id else None
    form = BenefitForm(posted(request), instance=existing)

    def save() -> Saved:
        programme.record_benefit(benefit=form.instance, seen=form.cleaned_data["seen"])
        return Saved(message=_("Benefit saved."), to="metrics:roi")

    return edit_page(request, "metrics/programme/benefit.html", form, save, {"existing": existing})


@require_POST
@permission_required("metrics.change_roi", raise_exception=True)
def withdraw_benefit(request: HttpRequest, benefit_id: int) -> HttpResponse:
    programme.withdraw_benefit(benefit=get_object_or_404(Benefit.objects.visible_to(request.user), pk=benefit_id))
    messages.success(request, _("Benefit removed."))
    return redirect("metrics:roi")
