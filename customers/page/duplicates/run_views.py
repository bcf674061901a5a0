"""Look for duplicates, watch it; and whether that merges by itself."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.identity.reviewing import ruling, runs
from customers.identity.reviewing.queue import Narrowing, precision
from customers.identity.reviewing.running import MAY
from customers.identity.reviewing.tasks import queue
from customers.models import BANDS, MatchRun
from customers.page.duplicates.forms import RuleForm
from customers.page.duplicates.reading import Asked, page_of_proposals
from customers.page.duplicates.sentences import progress
from customers.page.duplicates.tables import SAMPLE
from customers.page.duplicates.views import VIEW, about_run

RULE = "customers.change_mergerule"
SAMPLED = 20


@require_POST
@permission_required((VIEW, MAY), raise_exception=True)
def duplicates_look(request: HttpRequest) -> HttpResponse:
    """Begin a look, unless one is under way."""
    try:
        queue(runs.begin(by=signed_in(request)))
    except DomainError as error:
        messages.info(request, str(error))
    return redirect("customers:duplicates")


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate_run(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(MatchRun.objects.visible_to(request.user), pk=pk)
    return render(request, "customers/page/duplicates/run.html", about_run(run))


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate_run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar's next state; at the end the page is loaded anew to show the result."""
    run = get_object_or_404(MatchRun.objects.visible_to(request.user), pk=pk)
    response = render(request, "customers/page/duplicates/progress.html", about_run(run))
    if not progress(run).running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
def duplicate_run_progress_beside(request: HttpRequest, pk: int) -> HttpResponse:
    """The same beside a pair that somebody is deciding on: at the end a link, so that nothing chosen is lost."""
    run = get_object_or_404(MatchRun.objects.visible_to(request.user), pk=pk)
    return render(request, "customers/page/duplicates/progress.html", {**about_run(run), "shown": True})


@require_http_methods(EDIT)
@permission_required(RULE, raise_exception=True)
def duplicates_rule(request: HttpRequest) -> HttpResponse:
    """Whether the nightly look merges what is as good as certain, beside a sample of what that is."""
    rule = ruling.find_rule()
    form = RuleForm(
        posted(request), initial={"is_on": bool(rule and rule.is_on), "least": rule.least if rule else 0.99}
    )

    def save() -> Saved:
        ruling.set_rule(**form.cleaned_data, by=signed_in(request), now=timezone.now())
        return Saved(to=reverse("customers:duplicates"), message=_("Saved."))

    asked = Asked(narrowing=Narrowing(band="certain"))
    rows, _page = page_of_proposals(reader=request.user, asked=asked, cursor="")
    context = {
        "rule": rule,
        "sample": SAMPLE.of(rows[:SAMPLED]),
        "precision": [(one, BANDS[one.band][2]) for one in precision(reader=request.user)],
    }
    return edit_page(request, "customers/page/duplicates/rule.html", form, save, context)
