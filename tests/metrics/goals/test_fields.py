from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.utils import ErrorDict

from crm.common.kinds import Channel
from customers.models import Tier
from metrics.engine.scope import COMPANY, Scope
from metrics.goals.fields import (
    channel_field,
    check_order,
    check_year,
    day_field,
    day_input,
    kpi_choices,
    offer_own_team,
    scope_of,
    team_field,
    tier_field,
)
from metrics.kpis import CATALOGUE
from tests.factories.accounts import TeamFactory

ONE, TWO = date(2026, 1, 1), date(2026, 1, 2)


def test_a_day_is_written_as_browsers_want_it() -> None:
    assert day_input().render("day", ONE) == '<input type="date" name="day" value="2026-01-01" class="form-control">'


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2199, 12, 31)])
def test_years_that_can_be_reckoned_around(day: date) -> None:
    check_year(day)
    assert day_field("Day").clean(day.isoformat()) == day


@pytest.mark.parametrize("day", ["1969-12-31", "2200-01-01", "0026-01-01"])
def test_other_years_are_refused(day: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        day_field("Day").clean(day)
    assert refused.value.messages == ["The year lies between 1970 and 2199."]


def test_a_day_that_need_not_be_there() -> None:
    assert day_field("Day", required=False).clean("") is None
    with pytest.raises(forms.ValidationError):
        day_field("Day").clean("")


@pytest.mark.parametrize(
    ("errors", "cleaned", "wrong"),
    [
        (None, {"first": TWO, "last": ONE}, True),
        (ErrorDict(), {"first": TWO, "last": ONE}, True),
        (None, {"first": ONE, "last": ONE}, False),
        (None, {"first": ONE, "last": TWO}, False),
        (None, {"first": TWO, "last": None}, False),
        (None, {"first": None, "last": ONE}, False),
        (None, {"last": ONE}, False),
        (None, {}, False),
        (ErrorDict({"name": ["?"]}), {"first": TWO, "last": ONE}, False),
    ],
)
def test_days_in_the_wrong_order(errors: ErrorDict | None, cleaned: dict[str, Any], wrong: bool) -> None:
    assert check_order(errors, cleaned, "first", "last") is wrong


def test_every_kpi_can_be_chosen_by_its_name() -> None:
    choices = dict(kpi_choices())

    assert list(choices) == list(CATALOGUE)
    assert (choices["csat"], choices["service_level_strict"]) == ("Customer satisfaction", "Service level, strict")


def test_every_channel_or_all() -> None:
    field = channel_field()

    assert field.choices == [("", "all channels"), *Channel.choices]
    assert [field.clean(each) for each in ("", "phone")] == ["", "phone"]
    with pytest.raises(forms.ValidationError):
        field.clean("fax")


@pytest.mark.django_db
class TestTeams:
    def test_that_are_closed_are_not_offered(self) -> None:
        north, closed = TeamFactory.create(), TeamFactory.create(is_active=False)
        field = team_field()

        assert (field.clean(""), field.clean(north.pk), field.empty_label) == (None, north, "whole company")
        with pytest.raises(forms.ValidationError):
            field.clean(closed.pk)

    def test_that_are_closed_stay_where_they_are(self) -> None:
        north, closed, other = (TeamFactory.create(is_active=active) for active in (True, False, False))
        field = team_field()

        offer_own_team(field, closed.pk)
        assert {field.clean(each.pk) for each in (north, closed)} == {north, closed}
        with pytest.raises(forms.ValidationError):
            field.clean(other.pk)
        offer_own_team(field, None)
        with pytest.raises(forms.ValidationError):
            field.clean(closed.pk)


@pytest.mark.django_db
def test_every_tier_or_all() -> None:
    gold = Tier.objects.get(key="gold")

    assert [tier_field().clean(each) for each in ("", gold.pk)] == [None, gold]


@pytest.mark.django_db
def test_the_scope_that_was_chosen() -> None:
    team, gold = TeamFactory.create(), Tier.objects.get(key="gold")

    assert scope_of({"team": None, "tier": None, "channel": ""}) == COMPANY
    assert scope_of({"team": team, "tier": gold, "channel": "web"}) == Scope(team.pk, "web", gold.pk)
