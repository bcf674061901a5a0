import pytest

from crm.common.company import current as company
from crm.common.company.current import CompanyFacts
from customers.importing import parsers
from customers.importing.registry import Format, Invalid

POINT, COMMA = Format(), Format(decimal=",")


@pytest.mark.parametrize(
    ("format_", "text", "result"),
    [
        (POINT, "1.5", "1.5"), (POINT, "-0.0001", "-0.0001"), (POINT, "1e3", "1000.0000"), (POINT, "0.00005", "0.0001"),
        (POINT, "99999999999999.9999", "99999999999999.9999"), (COMMA, "1.234,5", "1234.5"), (COMMA, "-1 234", "-1234"),
        (POINT, "1,234.50", "1234.50"), (COMMA, "1.5", "1.5"), (COMMA, "1.234", "1234"), (POINT, "１２", "12.0000"),
    ],
)  # fmt: skip
def test_decimals(format_: Format, text: str, result: str) -> None:
    assert parsers.decimal(format_)(text) == result


@pytest.mark.parametrize("text", ["1,5", "abc", "1.2.3", "NaN", "Infinity", "1_000", "100000000000000", "１.x", "--1"])
def test_no_decimals(text: str) -> None:
    with pytest.raises(Invalid):
        parsers.decimal(POINT)(text)


def test_times_without_a_zone_are_the_companys() -> None:
    company.assume(CompanyFacts("Europe/Berlin", "EUR"))
    assert parsers.moment(POINT)("2024-07-01 00:30") == "2024-06-30T22:30:00+00:00"
    assert parsers.moment(POINT)("2024-07-01T00:30:00Z") == "2024-07-01T00:30:00+00:00"
    assert parsers.moment(POINT)("2024-07-01T00:30:00+05:30") == "2024-06-30T19:00:00+00:00"
    assert parsers.moment(Format(date="%d.%m.%Y %H:%M"))("01.01.2024 12:00") == "2024-01-01T11:00:00+00:00"


def test_a_time_with_a_zone_gives_the_companys_day() -> None:
    company.assume(CompanyFacts("Asia/Shanghai", "CNY"))
    assert parsers.day(POINT)("2024-01-31T23:30:00Z") == "2024-02-01"
    assert parsers.day(POINT)("2024-01-31 23:30") == "2024-01-31"


def test_days_and_months() -> None:
    assert parsers.day(POINT)("2024-02-29") == "2024-02-29"
    assert parsers.day(Format(date="%m/%d/%Y"))("02/29/2024") == "2024-02-29"
    assert parsers.month(POINT)("2024-02") == parsers.month(POINT)("2024-02-17") == "2024-02-01"
    for wrong in ("2023-02-29", "29.02.2024", "0001-01-01", "9999-01-01", "soon"):
        with pytest.raises(Invalid):
            parsers.day(POINT)(wrong)


def test_words() -> None:
    assert parsers.choice("in", "out")(POINT)("IN") == "in"
    assert parsers.currency(POINT)("eur") == "EUR"
    assert parsers.team(POINT)("Team Süd") == "team-süd"
    assert parsers.integer(0, 10)(POINT)("7.0") == "7"
    for parse, wrong in (
        (parsers.choice("in")(POINT), "x"), (parsers.currency(POINT), "€"), (parsers.integer(0, 10)(POINT), "11"),
        (parsers.text(3)(POINT), "long"), (parsers.text()(POINT), "a\0b"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            parse(wrong)
