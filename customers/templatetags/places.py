"""Where a customer is, in a line, and their number."""

from django import template

from customers.identity.phones import phone_in_words
from customers.identity.places import country_name
from customers.models import Customer

register = template.Library()
register.filter("phone_in_words", phone_in_words)


@register.simple_tag
def place(customer: Customer) -> str:
    """Street, postcode and city, country by its name: what of them is known."""
    town = " ".join(filter(None, (customer.postcode, customer.city)))
    return ", ".join(filter(None, (customer.address, town, country_name(customer.country))))
