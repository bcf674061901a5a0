"""Why a value is not clean, in words beside its field."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.identity.hygiene.checking import is_placeholder
from customers.identity.hygiene.fields import UNIQUE, VALID, Point
from customers.identity.linking import MOST_RECORDS
from customers.identity.places import country_name, find_country
from customers.identity.tax_ids import FAULTS, find_fault
from customers.models import Customer

_OTHERWISE: Final[Mapping[str, Promise]] = {
    "name": gettext_lazy("There is no letter in it."),
    "email": gettext_lazy("It is no e-mail address."),
    "phone": gettext_lazy("It could not be read as a telephone number: write it with its country code."),
    "country": gettext_lazy("No country is known by this name."),
    "language": gettext_lazy("No language is known by this name."),
    "birth_date": gettext_lazy("It lies before 1900, or in the future."),
}


def why(point: Point, customer: Customer) -> str:
    """'' where what is missing says itself, and for the customer as a whole."""
    if point.dimension is UNIQUE and point.field.is_key:
        return _("More than %(n)d records say the same, so that it tells nobody from another.") % {"n": MOST_RECORDS}
    if point.dimension is not VALID:
        return ""
    key, value = point.field.key, str(getattr(customer, point.field.key) or "")
    if not value:  # it has been mended meanwhile
        return ""
    if key != "birth_date" and is_placeholder(value):
        return _("“%(value)s” is written where nothing is known.") % {"value": value}
    said = _SAID.get(key)
    return said(value, customer) if said else str(_OTHERWISE.get(key, ""))


def _tax_id(value: str, _customer: Customer) -> str:
    fault = find_fault(value)
    return str(FAULTS[fault]).capitalize() + "." if fault else ""


def _postcode(_value: str, customer: Customer) -> str:
    return _("Postcodes look otherwise in this country: %(country)s.") % {
        "country": country_name(find_country(customer.country))
    }


_SAID: Final[Mapping[str, Callable[[str, Customer], str]]] = {"tax_id": _tax_id, "postcode": _postcode}
