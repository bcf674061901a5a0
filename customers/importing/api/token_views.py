"""Tokens of source systems: made and shown once, rotated, revoked by an administrator."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, posted, show_refusal
from customers.importing import batches
from customers.importing.api import tokens
from customers.importing.api.token_forms import TokenForm
from customers.importing.api.token_tables import TOKENS
from customers.models import ApiToken

MANAGES = "customers.manage_tokens"


@require_GET
@permission_required(MANAGES, raise_exception=True)
def token_list(request: HttpRequest) -> HttpResponse:
    rows = ApiToken.objects.visible_to(signed_in(request)).select_related("system", "created_by")
    page = keyset_page(rows, sort="-pk", cursor=request.GET.get("cursor", ""))
    return render(request, "customers/importing/tokens.html", {"tokens": TOKENS.of(page.rows, page=page)})


@require_http_methods(EDIT)
@permission_required(MANAGES, raise_exception=True)
def token_new(request: HttpRequest) -> HttpResponse:
    form = TokenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            system = batches.find_or_make_system(name=form.cleaned_data["source"])
            made = tokens.make_token(system=system, scope=form.scope(), by=signed_in(request), now=timezone.now())
        except DomainError as error:
            show_refusal(form, error, {batches.BadSourceName: "source"})
        else:
            return _shown(request, *made)
    status = DomainError.status if form.is_bound else 200
    return render(request, "customers/importing/token_new.html", {"form": form}, status=status)


@require_GET
@permission_required(MANAGES, raise_exception=True)
def token_page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "customers/importing/token.html", {"token": _get_token(request, pk)})


@require_POST
@permission_required(MANAGES, raise_exception=True)
def token_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    token = _get_token(request, pk)
    return _shown(request, *tokens.rotate_token(token=token, by=signed_in(request), now=timezone.now()))


@require_POST
@permission_required(MANAGES, raise_exception=True)
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = _get_token(request, pk)
    tokens.revoke_token(token=token, now=timezone.now())
    messages.success(request, _("The token opens nothing any more."))
    return redirect("customers:tokens")


def _shown(request: HttpRequest, token: ApiToken, secret: str) -> HttpResponse:
    """In the answer itself: no address shows it again."""
    return render(request, "customers/importing/token.html", {"token": token, "secret": secret})


def _get_token(request: HttpRequest, pk: int) -> ApiToken:
    return get_object_or_404(
        ApiToken.objects.visible_to(signed_in(request)).select_related("system", "created_by"), pk=pk
    )
