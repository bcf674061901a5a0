"""What lists can be narrowed to: allow-lists."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.days import today
from customers.identity import countries, search
from customers.models import Customer, Tier
from customers.querysets.customers import CustomerQuerySet
from customers.trade.balances import owing

BY_RELEVANCE = "relevance"


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc] # the package is untyped
    q = django_filters.CharFilter(
        method="search_for",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, phone, e-mail, order")}),
    )
    tier = django_filters.ModelChoiceFilter(queryset=Tier.objects.all(), label=_("Tier"), empty_label=_("any"))
    kind = django_filters.ChoiceFilter(choices=Customer.Kind.choices, label=_("Kind"), empty_label=_("any"))
    country = django_filters.ChoiceFilter(label=_("Country"), empty_label=_("any"))
    overdue = django_filters.ChoiceFilter(
        choices=[("yes", _("has overdue invoices"))], label=_("Payment"), empty_label=_("any"), method="owing"
    )

    class Meta:
        model = Customer
        fields = ("q", "tier", "kind", "country", "overdue")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["country"].extra["choices"] = [(name, name) for name in countries.countries()]
        self.sought = search.read(self.data.get("q", ""))

    def search_for(self, queryset: CustomerQuerySet[Customer], _name: str, _value: str) -> CustomerQuerySet[Customer]:
        return search.matching(queryset, self.sought)

    def owing(self, queryset: CustomerQuerySet[Customer], _name: str, _value: str) -> CustomerQuerySet[Customer]:
        return owing(queryset, on=today())

    @property
    def is_narrowing(self) -> bool:
        return any(self.data.get(name) for name in self.filters)

    @property
    def default_sort(self) -> str:
        """The best matches first in a search, else by name."""
        return BY_RELEVANCE if self.sought.is_possible and self.is_valid() else "name"
