"""What every command with `--json` keeps to, whatever it does."""

import argparse
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, CommandParser
from django.db import DatabaseError

from crm.common.commands import COULD_NOT_RUN, DONE, IN_PART, JsonCommand, day, to_json
from crm.common.errors import DomainError


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, 30, tzinfo=UTC), "2026-03-01T12:30:00+00:00"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_days_moments_and_amounts_are_texts(value: object, written: str) -> None:
    assert to_json(value) == written


def test_what_has_no_form_in_json_is_named() -> None:
    with pytest.raises(TypeError, match=r"^set has no JSON form$"):
        to_json(set())


def test_a_day_is_written_as_iso_8601_says() -> None:
    assert day("2026-02-28") == date(2026, 2, 28)
    with pytest.raises(argparse.ArgumentTypeError, match=r"^“2026-02-30” is no day of the form YYYY-MM-DD$"):
        day("2026-02-30")


class Command(JsonCommand):
    """Ends as it is told to: with an exit code and a result, or with an error."""

    def __init__(self, ending: Any) -> None:
        super().__init__()
        self.ending = ending

    def run(self, **_options: Any) -> tuple[int, dict[str, Any]]:
        if isinstance(self.ending, Exception):
            raise self.ending
        code, result = self.ending
        return code, result


def ended(command: JsonCommand, **options: Any) -> int:
    try:
        command.handle(**options)
    except SystemExit as stopped:
        return int(str(stopped.code))
    return DONE


RESULT = {"name": "Müller", "at": datetime(2026, 3, 1, 12, tzinfo=UTC)}


@pytest.mark.parametrize("code", [DONE, IN_PART])
def test_a_result_is_one_line_of_json_or_a_line_for_each_key(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    command = Command((code, RESULT))

    assert ended(command, json=True) == code
    assert capsys.readouterr() == ('{"name": "Müller", "at": "2026-03-01T12:00:00+00:00"}\n', "")
    assert ended(command, json=False) == code
    assert capsys.readouterr() == ("name: Müller\nat: 2026-03-01 12:00:00+00:00\n", "")


@pytest.mark.parametrize("error", [DomainError("no such team"), CommandError("no file"), DatabaseError("no answer")])
def test_a_refusal_is_said_once_to_people_and_as_json_to_scripts(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(Command(error), json=False) == COULD_NOT_RUN
    assert capsys.readouterr() == ("", f"{error}\n")
    assert ended(Command(error), json=True) == COULD_NOT_RUN
    shown = capsys.readouterr()
    assert (json.loads(shown.out), shown.err) == ({"error": str(error)}, f"{error}\n")


def test_what_could_not_run_and_says_so_itself_shows_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(Command((COULD_NOT_RUN, RESULT)), json=False) == COULD_NOT_RUN
    assert capsys.readouterr().out == ""


def test_a_fault_of_the_program_is_no_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        ended(Command(ZeroDivisionError()), json=True)


def parser_of(*, from_command_line: bool) -> CommandParser:
    command = Command((DONE, {}))
    command._called_from_command_line = from_command_line  # type: ignore[attr-defined] # as Django marks it
    return command.create_parser("manage.py", "paint")


@pytest.mark.parametrize(
    ("asked", "printed"), [(["--json"], '{"error": "unrecognized arguments: --größe"}\n'), ([], "")]
)
def test_wrong_arguments_are_json_only_where_a_script_asked_for_it(
    asked: list[str], printed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "paint", "--größe", *asked])
    parser = parser_of(from_command_line=True)
    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(["--größe", *asked])
    assert (stopped.value.code, capsys.readouterr().out) == (COULD_NOT_RUN, printed)


def test_wrong_arguments_of_a_call_within_the_program_are_raised_and_print_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "paint", "--json"])
    parser = parser_of(from_command_line=False)
    with pytest.raises(CommandError, match="unrecognized arguments: --größe"):
        parser.parse_args(["--größe"])
    assert capsys.readouterr().out == ""
