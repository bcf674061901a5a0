"""Figures of KPIs in words: each unit as the field writes it, and a dash, never 0, where there is none."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Team
from crm.common.company.current import assumed
from customers.models import Tier
from metrics.kpis import CATALOGUE, get_kpi
from metrics.kpis.words import (
    chart_format,
    is_percent,
    kpi_change,
    kpi_interval,
    kpi_name,
    kpi_total,
    kpi_value,
    money_exact,
    p_value,
    scope_words,
)
from metrics.models import KpiTarget


@pytest.mark.parametrize(
    ("kpi", "value", "words"),
    [
        ("service_level", "0.8234", "82.3%"),
        ("operating_cost_ratio", "0.5", "50.0%"),
        ("contacts_to_resolve", "1.5", "1.50"),
        ("nps", "-12.345", "-12.3"),
        ("nps", "12", "12.0"),
        ("asa", "8.54", "8.5 s"),
        ("aht", "185", "3 min 05 s"),
        ("revenue", "1234567.89", "€1,234,568"),
        ("orders", "12.5", "12.5"),
        ("orders", "0", "0"),
        ("csat", None, "–"),
        ("revenue", None, "–"),
    ],
)
def test_a_figure_has_its_unit(kpi: str, value: str | None, words: str) -> None:
    assert kpi_total(None if value is None else Decimal(value), get_kpi(kpi)) == words


@pytest.mark.parametrize(
    ("kpi", "value", "words"),
    [
        ("orders", Decimal(12), "12 a month"),
        ("profit", -1250.4, "-€1,250 a month"),
        ("orders", None, "–"),
        ("csat", 0.5, "50.0%"),
    ],
)
def test_a_sum_is_an_average_month_and_says_so(kpi: str, value: Any, words: str) -> None:
    assert kpi_value(value, get_kpi(kpi)) == words


def test_shares_and_ratios_of_money_are_per_cent_and_a_mean_is_a_number() -> None:
    assert [key for key, kpi in CATALOGUE.items() if kpi.unit == "ratio" and not is_percent(kpi)] == [
        "contacts_to_resolve"
    ]
    assert is_percent(get_kpi("csat"))
    assert is_percent(get_kpi("on_time_payment"))


@pytest.mark.parametrize(
    ("kpi", "change", "words"),
    [
        ("asa", 1.2, "+20.0%"),
        ("asa", 0.946, "−5.4%"),
        ("orders", 1.0004, "±0.0%"),
        ("contacts_to_resolve", 1.0, "±0.0%"),
        ("csat", 0.0412, "+4.1\u202fpp"),
        ("csat", -0.0004, "±0.0\u202fpp"),
        ("operating_cost_ratio", -0.05, "−5.0\u202fpp"),
        ("nps", 3.25, "+3.2"),
        ("nps", -0.04, "±0.0"),
        ("csat", None, "–"),
        ("asa", None, "–"),
    ],
)
def test_a_change_is_a_part_of_what_was_or_a_difference_of_shares(kpi: str, change: float | None, words: str) -> None:
    assert kpi_change(change, get_kpi(kpi)) == words


@pytest.mark.parametrize(("change", "words"), [(90.0, "+1 min 30 s"), (0.5, "+0.5 s"), (0.0, "0 s"), (-5.0, "−5 s")])
def test_a_difference_of_durations_is_one(change: float, words: str) -> None:
    assert kpi_change(change, replace(get_kpi("asa"), shape="score")) == words


@pytest.mark.parametrize(
    ("low", "high", "words"), [(-0.05, 0.15, "−5.0\u202fpp to +15.0\u202fpp"), (None, 0.1, ""), (0.1, None, "")]
)
def test_an_interval_has_both_its_ends_or_is_not_there(low: float | None, high: float | None, words: str) -> None:
    assert kpi_interval(low, high, get_kpi("csat")) == words


@pytest.mark.parametrize(
    ("p", "words"),
    [(None, "–"), (0, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (0.0499, "0.050"), (1, "1.000")],
)
def test_a_p_value_has_three_digits(p: float | None, words: str) -> None:
    assert p_value(p) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ("1", "CHF1.00"),
        ("0.0125", "CHF0.0125"),
        ("1234.5", "CHF1,234.50"),
    ],
)
def test_the_worth_of_a_unit_keeps_its_decimals(value: str | None, words: str) -> None:
    with assumed(currency="CHF"):
        assert money_exact(None if value is None else Decimal(value)) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "whole company"),
        ({"team": Team(name="North")}, "North"),
        ({"channel": "self_service"}, "whole company · self-service"),
        ({"tier": Tier(name="Gold")}, "whole company · Gold"),
        ({"team": Team(name="North"), "channel": "email", "tier": Tier(name="Gold")}, "North · e-mail · Gold"),
    ],
)
def test_a_scope_names_what_it_is_narrowed_to(fields: dict[str, Any], words: str) -> None:
    assert scope_words(KpiTarget(**fields)) == words


@pytest.mark.parametrize(
    ("kpi", "form"),
    [
        ("csat", "percent"),
        ("operating_cost_ratio", "percent"),
        ("asa", "duration"),
        ("revenue", "money"),
        ("nps", "number"),
        ("contacts_to_resolve", "number"),
    ],
)
def test_a_chart_reads_as_the_figure_does(kpi: str, form: str) -> None:
    assert chart_format(get_kpi(kpi)) == form


def test_a_kpi_that_is_no_more_is_called_by_its_key() -> None:
    assert (kpi_name("asa"), kpi_name("happiness"), kpi_name("")) == ("Average speed of answer", "happiness", "")


def test_figures_are_written_as_the_reader_writes_them() -> None:
    with override("de"):
        assert kpi_total(Decimal("0.8234"), get_kpi("csat")) == "82,3%"
        assert money_exact(Decimal("1234.5")) == "€1.234,50"
