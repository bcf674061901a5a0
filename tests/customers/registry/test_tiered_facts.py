import pytest
from django.apps import apps

from customers.models import Tier
from customers.registry import tiered_facts as registry
from customers.registry.tiered_facts import TieredFact, register_tiered_fact, tiered_facts

# A line goes by its order, by trigger; what a person or a rule decided is the tier itself.
NOT_BY_DAY = {"customers_orderline", "customers_customer", "customers_tierassignment"}


def tables_with_the_tier_of_their_day() -> set[str]:
    return {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in {"customers", "sales", "service"} and not hasattr(model, "pgh_tracked_model")
        for field in model._meta.local_fields
        if field.related_model is Tier
    }


def test_every_table_whose_rows_carry_a_tier_is_rewritten() -> None:
    assert {fact.table for fact in tiered_facts()} == tables_with_the_tier_of_their_day() - NOT_BY_DAY


def test_a_row_has_its_customer_and_its_day_unless_it_says_otherwise() -> None:
    assert TieredFact(table="t") == TieredFact(table="t", customer="f.customer_id", day="f.day", source="", join="")


def test_the_same_table_again_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tiered_facts", {})
    assert tiered_facts() == []
    for fact in (TieredFact(table="b"), TieredFact(table="a"), TieredFact(table="b", day="f.due_on")):
        register_tiered_fact(fact)
    assert tiered_facts() == [TieredFact(table="b", day="f.due_on"), TieredFact(table="a")]
