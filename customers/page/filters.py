"""What lists can be narrowed to: allow-lists."""

from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Substr
from django.db.models.lookups import Contains, Exact
from django.utils.translation import gettext_lazy as _

from accounts.domain.views import picked_rows
from accounts.list_fields import person_field, team_field
from accounts.models import SavedView
from crm.common.lists.fields import OPS, Field
from crm.common.lists.options import Asking, Fixed, Rows
from crm.common.sqlfunctions import CrmFold, CrmNorm
from customers.identity import countries
from customers.identity.distinct import CITY, INDUSTRY, values_with
from customers.identity.places import country_name, language_choices
from customers.models import Customer, CustomerTag, Tag, Tier
from customers.page.hygiene_filters import HYGIENE, SOURCE

LIST = "page.customers"


def _in_country() -> list[tuple[str, str]]:
    named = ((code, country_name(code)) for code in countries.countries())
    return sorted(named, key=lambda one: one[1].casefold())


def _languages() -> list[tuple[str, str]]:
    return list(language_choices())[1:]


def _name_holds(op: str, value: Any, _asking: Asking) -> Q:
    """As names are searched: case, accents and punctuation apart, by the index of fragments."""
    folded = Substr(CrmFold(Value(value, output_field=TextField())), 2)
    if op == "is":
        return Q(name__iexact=value, search=CrmFold(Value(value, output_field=TextField())))
    return Q(search__contains=folded) if op == "contains" else ~Q(search__contains=folded)


# As they hold where no index of the values does.
_CITY = Field(key="city", label=_("City"), kind="text", path="city", has_no="text")
_INDUSTRY = Field(key="industry", label=_("Industry"), kind="text", path="industry", has_no="text")


def _city_holds(op: str, value: Any, asking: Asking) -> Q:
    """As cities are searched: case, accents and punctuation apart."""
    text, city = CrmNorm(Value(value, output_field=TextField())), CrmNorm("city")
    if not any(map(str.isalnum, value)):  # of none, the index knows at least who has no more than signs
        without = Q(Exact(city, text)) if op == "empty" else Q()
        return OPS["text"][op].holds(_CITY, value, asking) & without
    fits = "crm_norm(value) = crm_norm(%s)" if op == "is" else "strpos(crm_norm(value), crm_norm(%s)) > 0"
    known = values_with(CITY, fits=fits, text=value)
    if known is not None:  # as they were typed: customers passed over are compared as they stand
        return ~Q(city__in=known) if op == "lacks" else Q(city__in=known)
    having = Q(Exact(city, text)) if op == "is" else Q(Contains(city, text))
    return ~having if op == "lacks" else having


def _industry_holds(op: str, value: Any, asking: Asking) -> Q:
    fits = "upper(value) = upper(%s)" if op == "is" else "strpos(upper(value), upper(%s)) > 0"
    known = None if op in ("empty", "filled") else values_with(INDUSTRY, fits=fits, text=value)
    if known is None:
        return OPS["text"][op].holds(_INDUSTRY, value, asking)
    return ~Q(industry__in=known) if op == "lacks" else Q(industry__in=known)


def _tagged(op: str, value: Any, _asking: Asking) -> Q:
    bearing = CustomerTag.objects.filter(tag__in=value)
    if op == "any":
        return Q(pk__in=bearing.values("customer"))
    return ~Q(Exists(bearing.filter(customer=OuterRef("pk"))))


def _picked(op: str, value: Any, asking: Asking) -> Q:
    picked = picked_rows([int(one) for one in value], LIST, asking.user)
    return Q(pk__in=picked) if op == "is" else ~Q(Exists(picked.filter(row_id=OuterRef("pk"))))


def _views(asking: Asking) -> Any:
    return SavedView.objects.visible_to(asking.user).filter(of_list=LIST)


def _overdue(value: str) -> tuple[str, str]:
    """`?overdue=yes`; else from an amount on."""
    return ("some", "") if value == "yes" else ("at_least", value)


CUSTOMER_FIELDS = (
    Field(
        key="name", label=_("Name"), kind="text", holds=_name_holds, only=("contains", "lacks", "is"), is_rough=True
    ),
    Field(
        key="tier", label=_("Tier"), kind="choice", path="tier", is_id=True,
        options=Rows(rows=lambda _asking: Tier.objects.all(), search="name"),
    ),
    Field(
        key="kind", label=_("Kind"), kind="choice", path="kind", options=Fixed(choices=Customer.Kind.choices),
        only=("is", "is_not"),
    ),
    person_field(key="owner", label=_("Owner"), path="owner"),
    team_field(path="team"),
    Field(
        key="tag", label=_("Tag"), kind="tag", is_id=True, holds=_tagged,
        options=Rows(rows=lambda _asking: Tag.objects.all(), search="name"),
    ),
    Field(
        key="country", label=_("Country"), kind="choice", path="country", has_no="text",
        options=Fixed(choices=_in_country),
    ),
    replace(_CITY, holds=_city_holds),
    replace(_INDUSTRY, holds=_industry_holds),
    Field(
        key="language", label=_("Language"), kind="choice", path="language", has_no="text",
        options=Fixed(choices=_languages),
    ),
    Field(key="overdue", label=_("Overdue"), kind="money", path="figures__overdue", short=_overdue),
    Field(key="revenue", label=_("Revenue, 12 months"), kind="money", path="figures__revenue"),
    Field(key="profit", label=_("Profit, 12 months"), kind="money", path="figures__profit"),
    Field(key="contact", label=_("Last contact"), kind="date", path="last_contact_at", is_moment=True),
    Field(
        key="created", label=_("Created on"), kind="date", path="created_at", is_moment=True,
        only=("within", "older", "from", "before"),
    ),
    HYGIENE,
    SOURCE,
    Field(
        key="in_view", label=_("In view"), kind="choice", is_id=True, holds=_picked, only=("is", "is_not"),
        options=Rows(rows=_views, search="name"),
    ),
)  # fmt: skip
