"""`{% load trade %}`: how the pages of an order and an invoice say their state."""

from django import template

from customers.models import Invoice
from customers.trade import tables

register = template.Library()


@register.simple_tag
def invoice_state(invoice: Invoice) -> object:
    """Of one `with_standing`."""
    return tables.invoice_state(invoice)
