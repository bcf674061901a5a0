from datetime import date
from typing import Any

import pytest

from metrics.engine.scope import COMPANY, Scope, UnknownScope, get_scope
from metrics.models import Baseline
from tests.factories.accounts import TeamFactory

TEAM, OTHER, PHONE, TIER = Scope(team_id=3), Scope(team_id=4), Scope(channel="phone"), Scope(tier_id=2)
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)


def test_a_scope_is_that_of_a_row() -> None:
    assert Scope.of(Baseline()) == COMPANY == Scope(team_id=None, channel="", tier_id=None)
    assert Scope.of(Baseline(team_id=3, channel="phone", tier_id=2)) == Scope(3, "phone", 2)


def test_scope_is_the_keyword_arguments_of_the_series() -> None:
    assert TEAM.columns == {"team_id": 3, "channel": "", "tier_id": None}


@pytest.mark.parametrize(
    ("scope", "filters"),
    [
        (COMPANY, {"channel": "", "team__isnull": True, "tier__isnull": True}),
        (TEAM, {"channel": "", "team_id": 3, "tier__isnull": True}),
        (PHONE, {"channel": "phone", "team__isnull": True, "tier__isnull": True}),
        (TIER, {"channel": "", "team__isnull": True, "tier_id": 2}),
        (Scope(3, "phone", 2), {"channel": "phone", "team_id": 3, "tier_id": 2}),
    ],
)
def test_rows_of_exactly_the_scope(scope: Scope, filters: dict[str, Any]) -> None:
    assert scope.filters() == filters


@pytest.mark.parametrize(
    ("scope", "sql", "values"),
    [
        (COMPANY, "", {}),
        (TEAM, " AND team_id = %(team_id)s", {"team_id": 3}),
        (PHONE, " AND channel = %(channel)s", {"channel": "phone"}),
        (TIER, " AND tier_id = %(tier_id)s", {"tier_id": 2}),
        (
            Scope(3, "phone", 2),
            " AND team_id = %(team_id)s AND channel = %(channel)s AND tier_id = %(tier_id)s",
            {"team_id": 3, "channel": "phone", "tier_id": 2},
        ),
    ],
)
def test_cells_of_the_scope(scope: Scope, sql: str, values: dict[str, Any]) -> None:
    assert scope.where() == (sql, values)


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [
        (COMPANY, COMPANY, True),
        (COMPANY, Scope(3, "phone", 2), True),
        (TEAM, TEAM, True),
        (TEAM, OTHER, False),
        (TEAM, PHONE, True),
        (PHONE, Scope(channel="email"), False),
        (TIER, Scope(tier_id=1), False),
        (Scope(3, "phone"), Scope(3, "email"), False),
        (Scope(3, "phone"), Scope(4, "phone"), False),
        (Scope(3, "phone"), Scope(3, "", 2), True),
    ],
)
def test_a_part_meets_its_whole_and_two_of_a_kind_do_not_meet(one: Scope, two: Scope, meet: bool) -> None:
    assert (one.meets(two), two.meets(one)) == (meet, meet)


def test_no_keys_are_the_company_and_a_channel_needs_no_database() -> None:
    assert get_scope() == COMPANY
    assert get_scope(channel="phone") == PHONE


@pytest.mark.django_db
class TestByKeys:
    def test_finds_team_tier_and_channel(self) -> None:
        team = TeamFactory.create(key="north")
        found = get_scope(team="north", tier="gold", channel="email")

        assert (found.team_id, found.channel) == (team.pk, "email")
        assert found == Scope(team.pk, "email", get_scope(tier="gold").tier_id)
        assert get_scope(tier="gold").tier_id is not None

    def test_names_the_teams_there_are_by_key(self) -> None:
        for key in ("south", "north"):
            TeamFactory.create(key=key)

        with pytest.raises(UnknownScope, match=r"^There is no team 'west'\. There are: north, south\.$"):
            get_scope(team="west")

    def test_says_that_there_are_none_yet(self) -> None:
        with pytest.raises(UnknownScope, match=r"^There is no team 'west'\. There are: none yet\.$"):
            get_scope(team="west")

    def test_names_the_tiers_there_are_by_rank(self) -> None:
        with pytest.raises(UnknownScope, match=r"^There is no tier 'Gold'\. There are: platinum, gold, silver, bronze"):
            get_scope(tier="Gold")

    def test_names_the_channels_before_it_looks_for_the_rest(self) -> None:
        with pytest.raises(UnknownScope, match=r"^There is no channel 'fax'\. There are: phone, email, web, letter"):
            get_scope(channel="fax", team="west")
