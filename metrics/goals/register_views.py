"""The programme's basics: who went live when, and what else changed meanwhile."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Team
from crm.common.saving import EDIT, Saved, edit_page, posted
from metrics.goals.other_changes import record_other_change
from metrics.goals.other_changes import withdraw_other_change as take_back_change
from metrics.goals.register import other_changes_with_kpis
from metrics.goals.register_forms import OtherChangeForm, RolloutForm
from metrics.goals.rollouts import set_go_live, teams_with_rollout, withdraw_go_live
from metrics.goals.tables import OTHER_CHANGES, ROLLOUTS
from metrics.models import OtherChange, Rollout


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def rollouts(request: HttpRequest) -> HttpResponse:
    may_change = request.user.has_perm("metrics.change_rollout")
    return render(
        request, "metrics/goals/rollouts.html", {"teams": ROLLOUTS.of(teams_with_rollout(), about=may_change)}
    )


@require_http_methods(EDIT)
@permission_required("metrics.change_rollout", raise_exception=True)
def rollout(request: HttpRequest, team_id: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=team_id)
    existing = Rollout.objects.visible_to(request.user).filter(team=team).first()
    form = RolloutForm(posted(request), instance=existing or Rollout(team=team))

    def save() -> Saved:
        set_go_live(team=team, **form.cleaned_data)
        return Saved(message=_("Go-live of %(team)s saved.") % {"team": team}, to="metrics:rollouts")

    return edit_page(request, "metrics/goals/rollout.html", form, save, {"team": team, "existing": existing})


@require_POST
@permission_required("metrics.change_rollout", raise_exception=True)
def withdraw_rollout(request: HttpRequest, team_id: int) -> HttpResponse:
    existing = get_object_or_404(Rollout.objects.visible_to(request.user).select_related("team"), team_id=team_id)
    withdraw_go_live(rollout=existing)
    messages.success(request, _("%(team)s has no go-live day any more.") % {"team": existing.team})
    return redirect("metrics:rollouts")


@require_safe
@permission_required("metrics.view_dashboard", raise_exception=True)
def other_changes(request: HttpRequest) -> HttpResponse:
    may_change = request.user.has_perm("metrics.change_otherchange")
    changes = OTHER_CHANGES.of(other_changes_with_kpis(request.user), about=may_change)
    return render(request, "metrics/goals/other_changes.html", {"changes": changes})


@require_http_methods(EDIT)
@permission_required("metrics.change_otherchange", raise_exception=True)
def other_change(request: HttpRequest, change_id: int | None = None) -> HttpResponse:
    """Enter one, or correct the one with this id."""
    existing = get_object_or_404(OtherChange.objects.visible_to(request.user), pk=change_id) if change_id else None
    form = OtherChangeForm(posted(request), instance=existing)

    def save() -> Saved:
        record_other_change(change=form.instance, seen=form.cleaned_data["seen"])
        return Saved(message=_("Saved. The next evaluation takes it into account."), to="metrics:other_changes")

    return edit_page(request, "metrics/goals/other_change.html", form, save, {"existing": existing})


@require_POST
@permission_required("metrics.change_otherchange", raise_exception=True)
def withdraw_other_change(request: HttpRequest, change_id: int) -> HttpResponse:
    take_back_change(change=get_object_or_404(OtherChange.objects.visible_to(request.user), pk=change_id))
    messages.success(request, _("Removed."))
    return redirect("metrics:other_changes")
