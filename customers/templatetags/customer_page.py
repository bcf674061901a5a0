"""`{% load customer_page %}`: what rooms and apps hang into the head of a customer's page."""

from django import template
from django.urls import reverse

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
    """Label, address and icon of each button, for those who may press it."""
    pk = context["customer"].pk
    return [
        {"label": action.label, "url": reverse(action.url_name, args=[pk]), "icon": action.icon}
        for action in page.actions(context["request"].user)
    ]
