import pytest

from customers.importing.cell_text import MAC_EPOCH, WINDOWS_EPOCH, converters, iso, number_text, truth, unescaped


def said(value: str, number: int = 0, code: str = "", *, mac: bool = False) -> str:
    [convert] = converters([number], {number: code} if code else {}, epoch=MAC_EPOCH if mac else WINDOWS_EPOCH)
    return convert(value)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *[(number, "") for number in (14, 15, 17, 22, 27, 31, 36, 50, 57, 58)],
        (164, "yyyy\\-mm\\-dd"),
        (165, '[$-804]yyyy"年"m"月"d"日"'),
        (166, "[Red]D.M.YY;@"),
    ],
)
def test_a_style_makes_a_number_a_date(number: int, code: str) -> None:
    assert said("45352", number, code) == "2024-03-01T00:00:00"


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, ""), (1, ""), (37, ""), (49, ""), (164, '0.00 "days"'), (165, "0\\d"), (166, "[Red]0;[Red]-0"), (167, "0;d")],
)
def test_other_styles_leave_it_a_number(number: int, code: str) -> None:
    assert said("45352", number, code) == "45352"


def test_moments_by_epoch() -> None:
    assert said("45352.395833333336", 22) == "2024-03-01T09:30:00"
    assert said("43890.395833333336", 22, mac=True) == "2024-03-01T09:30:00"
    assert said("59", 14) == "1900-02-28T00:00:00"
    assert said("61", 14) == "1900-03-01T00:00:00"
    assert said("0.75", 20) == "18:00:00"
    assert said("1e9", 14) == "1e9"
    assert said("soon", 14) == "soon"


def test_durations() -> None:
    assert said("1.5", 46) == "1 day, 12:00:00"
    assert said("0.25", 164, "[hh]:mm") == "6:00:00"
    assert said("1e300", 46) == "1e300"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7", "7"), ("007", "7"), ("-7", "-7"), ("0", "0"), ("1.1000000000000001", "1.1"), ("100.0", "100"),
        ("1E3", "1000"), ("1e-7", "0.0000001"), ("12345678901234567890", "12345678901234567890"), ("n/a", "n/a"),
        ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_numbers_are_plain(value: str, text: str) -> None:
    assert number_text(value) == text


def test_other_types() -> None:
    assert [truth("1"), truth("0"), truth("x")] == ["True", "False", "x"]
    assert [iso("2024-03-01"), iso("2024-03-01T09:30:00"), iso("x")] == [
        "2024-03-01T00:00:00", "2024-03-01T09:30:00", "x",
    ]  # fmt: skip
    assert unescaped("a_x000D_b_x005F_x0041_ _xZZZZ_") == "a\rb_x0041_ _xZZZZ_"
