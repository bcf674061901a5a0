"""Requests as a list."""

from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, together, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import ago, number
from crm.common.templatetags.look import status_badge
from customers.identity.privacy.previewing import Line
from customers.models import PrivacyRequest
from customers.page.privacy.sentences import LOOK


def _what(request: PrivacyRequest) -> object:
    return link(url_of("customers:privacy_request", request.pk), f"#{request.pk} {request.get_what_display()}")


def _whose(request: PrivacyRequest) -> object:
    """By number alone: the list is the proof, and names nobody."""
    customer = link(url_of("customers:detail", request.customer_id), f"{request.customer_id}")
    if request.contact_id is None:
        return customer
    return together(gettext("person %(number)d of") % {"number": request.contact_id}, customer)


def _state(request: PrivacyRequest) -> object:
    return status_badge(request.get_state_display(), *LOOK[PrivacyRequest.State(request.state)])


def _asked(request: PrivacyRequest) -> object:
    return together(ago(request.asked_at), dimmed(request.asked_by) if request.asked_by else "")


def _confirmed(request: PrivacyRequest) -> object:
    if request.confirmed_at is None:
        return ""
    return together(ago(request.confirmed_at), dimmed(request.confirmed_by) if request.confirmed_by else "")


HELD = Table[Line, None](
    key="privacy.held",
    caption=_("What is held"),
    columns=(
        Column(key="what", title=_("What"), cell=lambda line: capfirst(line.label)),
        Column(key="count", title=_("How many"), align="end", width="fit", cell=lambda line: number(line.count)),
        Column(key="becomes", title=_("When they are erased"), cell=lambda line: line.becomes),
    ),
    empty=Empty(title=_("Nothing is held"), icon="shield-lock"),
)
COUNTS = Table[tuple[str, int], None](
    key="privacy.counts",
    caption=_("Deleted or blanked"),
    columns=(
        Column(key="what", title=_("Deleted or blanked"), cell=lambda row: capfirst(row[0])),
        Column(key="count", title=_("How many"), align="end", cell=lambda row: number(row[1])),
    ),
    empty=Empty(title=_("Nothing was held"), icon="shield-lock"),
)
REQUESTS = Table[PrivacyRequest, None](
    key="privacy.requests",
    caption=_("Privacy requests"),
    columns=(
        Column(key="what", title=_("Request"), cell=_what),
        Column(key="whose", title=_("Customer"), cell=_whose),
        Column(key="reason", title=_("Reason"), cell=lambda row: row.get_reason_display()),
        Column(key="reference", title=_("File number"), cell=lambda row: row.reference),
        Column(key="state", title=_("State"), cell=_state),
        Column(key="asked", title=_("Asked"), cell=_asked),
        Column(key="confirmed", title=_("Confirmed"), cell=_confirmed),
        Column(key="done", title=_("Done"), cell=lambda row: ago(row.finished_at) if row.finished_at else ""),
    ),
    empty=Empty(
        title=_("Nobody has asked yet"),
        text=_("On a customer's page, under “Privacy”, all that is held on a person can be exported, or erased."),
        icon="shield-lock",
        action=_("Find the customer"),
        action_url=reverse_lazy("customers:list"),
    ),
)
