"""`{% load customer_page %}`: what rooms and apps hang into the head of a customer's page."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from customers.identity.places import country_name
from customers.identity.privacy.subjects import erase_of
from customers.models import Contact, Customer, PrivacyRequest
from customers.registry import page

register = template.Library()


@register.simple_tag(takes_context=True)
def customer_tabs(context: template.Context) -> list[dict[str, object]]:
    """Label, address and whether it is the one shown (`tab` in the context), for those who may see it."""
    pk, shown = context["customer"].pk, context.get("tab")
    return [
        {"label": tab.label, "url": reverse(tab.url_name, args=[pk]), "is_current": tab.key == shown}
        for tab in page.tabs(context["request"].user)
    ]


@register.simple_tag(takes_context=True)
def customer_actions(context: template.Context) -> list[dict[str, object]]:
    """Label, address and icon of each button, for those who may press it; none that is refused as they were erased."""
    customer = context["customer"]
    return [
        {"label": action.label, "url": _address(action, customer.pk), "icon": action.icon, "shortcut": action.shortcut}
        for action in page.actions(context["request"].user)
        if action.of_erased or not customer.is_erased
    ]


@register.simple_tag(takes_context=True)
def erasure(context: template.Context, customer: Customer, contact: Contact | None = None) -> dict[str, object]:
    """Since when they are erased (`on`: None while it is under way), and the request's `url` for who may see it."""
    request = erase_of(customer, contact=contact)
    if request is None:
        return {}
    may_see = PrivacyRequest.objects.visible_to(context["request"].user).filter(pk=request.pk).exists()
    return {
        "on": request.finished_at if request.state == PrivacyRequest.State.DONE else None,
        "url": reverse("customers:privacy_request", args=[request.pk]) if may_see else "",
    }


def _address(action: page.Action, pk: int) -> str:
    if action.parameter:
        return f"{reverse(action.url_name)}?{urlencode({action.parameter: pk})}"
    return reverse(action.url_name, args=[pk])


@register.filter
def town(customer: Customer) -> str:
    """City and country, by its name."""
    return ", ".join(filter(None, (customer.city, country_name(customer.country))))


@register.filter
def dialled(phone: str) -> str:
    """A number as a `tel:` address takes it."""
    return "".join(one for one in phone if one.isdigit() or one == "+")


@register.simple_tag
def numbers(customer: Customer) -> list[tuple[str, str]]:
    """System and number of each of the customer's records there, most trusted first; of a customer with `sources`."""
    sources = customer.sources  # type: ignore[attr-defined] # annotated
    return [(one["system"], one["external_id"]) for one in sources if one["kind"] == "customers"]
