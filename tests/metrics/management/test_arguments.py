from datetime import date
from typing import Any

import pytest
from django.core.management.base import CommandError, CommandParser

from metrics.management.arguments import WindowTurnedAround, add_scope, add_window, check_window

FIRST, LAST = date(2026, 1, 31), date(2026, 2, 1)


def parser() -> CommandParser:
    return CommandParser(called_from_command_line=False)


def parsed(made: CommandParser, *arguments: str) -> dict[str, Any]:
    return vars(made.parse_args(list(arguments)))


def test_without_a_scope_it_is_the_company() -> None:
    made = parser()
    add_scope(made)
    assert parsed(made) == {"team": "", "tier": "", "channel": ""}
    assert parsed(made, "--team", "north", "--tier", "gold", "--channel", "email") == {
        "team": "north", "tier": "gold", "channel": "email",
    }  # fmt: skip
    assert "phone, email, web, letter, visit, chat, sms" in made.format_help()


def test_a_window_is_two_days_each_of_which_may_be_left_out() -> None:
    made = parser()
    add_window(made)
    assert parsed(made) == {"first": None, "last": None}
    assert parsed(made, "--from", "2026-01-31", "--to", "2026-02-01") == {"first": FIRST, "last": LAST}
    with pytest.raises(CommandError, match="“2026-02-30” is no day"):
        parsed(made, "--to", "2026-02-30")


@pytest.mark.parametrize("given", [(), ("--from", "2026-01-31"), ("--to", "2026-01-31")])
def test_a_window_that_is_needed_needs_both(given: tuple[str, ...]) -> None:
    made = parser()
    add_window(made, required=True)
    with pytest.raises(CommandError, match="required"):
        parsed(made, *given)


@pytest.mark.parametrize(("first", "last"), [(None, None), (FIRST, None), (None, LAST), (FIRST, FIRST), (FIRST, LAST)])
def test_a_window_may_be_open_and_may_be_a_single_day(first: date | None, last: date | None) -> None:
    check_window(first, last)


def test_a_window_that_is_turned_around_is_told_with_both_days() -> None:
    with pytest.raises(WindowTurnedAround, match=r"^--from 2026-02-01 is after --to 2026-01-31\.$"):
        check_window(LAST, FIRST)
