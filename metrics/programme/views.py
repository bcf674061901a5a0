"""What the programme costs and returns."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.common import days
from crm.common.paging import keyset_page
from crm.common.saving import saved
from metrics.models import Benefit, CostEntry
from metrics.programme import recording as programme
from metrics.programme.forms import BenefitForm, CostForm
from metrics.programme.roi_page import roi_page

PAGE_METHODS = ["GET", "HEAD", "POST"]
COST_SORTS = {"date", "-date", "planned_company", "-planned_company", "actual_company", "-actual_company"}


@require_safe
@permission_required("metrics.view_roi", raise_exception=True)
def roi(request: HttpRequest) -> HttpResponse:
    return render(request, "metrics/programme/roi.html", {"page": roi_page(as_of=days.today())})


@require_safe
@permission_required("metrics.view_roi", raise_exception=True)
def costs(request: HttpRequest) -> HttpResponse:
    sort = request.GET.get("sort", "-date")
    sort = sort if sort in COST_SORTS else "-date"
    page = keyset_page(CostEntry.objects.all(), sort=sort, cursor=request.GET.get("cursor", ""))
    return render(request, "metrics/programme/costs.html", {"page": page, "sort": sort})


@require_http_methods(PAGE_METHODS)
@permission_required("metrics.change_roi", raise_exception=True)
def cost(request: HttpRequest, cost_id: int | None = None) -> HttpResponse:
    """Enter one, or correct the one with this id."""
    existing = get_object_or_404(CostEntry, pk=cost_id) if cost_id else None
    form = CostForm(request.POST or None, instance=existing)
    context = {"form": form, "existing": existing}
    if request.method != "POST":
        return render(request, "metrics/programme/cost.html", context)
    if not saved(form, lambda: programme.record_cost(cost=form.instance)):
        return render(request, "metrics/programme/cost.html", context, status=422)
    messages.success(request, _("Cost saved."))
    return redirect("metrics:costs")


@require_POST
@permission_required("metrics.change_roi", raise_exception=True)
def withdraw_cost(request: HttpRequest, cost_id: int) -> HttpResponse:
    programme.withdraw_cost(cost=get_object_or_404(CostEntry, pk=cost_id))
    messages.success(request, _("Cost removed."))
    return redirect("metrics:costs")


@require_http_methods(PAGE_METHODS)
@permission_required("metrics.change_roi", raise_exception=True)
def benefit(request: HttpRequest, benefit_id: int | None = None) -> HttpResponse:
    """Enter one, or correct the one with this id."""
    existing = get_object_or_404(Benefit, pk=benefit_id) if benefit_id else None
    form = BenefitForm(request.POST or None, instance=existing)
    context = {"form": form, "existing": existing}
    if request.method != "POST":
        return render(request, "metrics/programme/benefit.html", context)
    if not saved(form, lambda: programme.record_benefit(benefit=form.instance)):
        return render(request, "metrics/programme/benefit.html", context, status=422)
    messages.success(request, _("Benefit saved."))
    return redirect("metrics:roi")


@require_POST
@permission_required("metrics.change_roi", raise_exception=True)
def withdraw_benefit(request: HttpRequest, benefit_id: int) -> HttpResponse:
    programme.withdraw_benefit(benefit=get_object_or_404(Benefit, pk=benefit_id))
    messages.success(request, _("Benefit removed."))
    return redirect("metrics:roi")
