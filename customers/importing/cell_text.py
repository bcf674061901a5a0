"""What a cell of a workbook says, as text: numbers as they are, dates and times in ISO 8601 where their style is one.

A workbook stores a date as a number of days; only the style of its cell tells it from a price.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

WINDOWS_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - times of a workbook have no zone
MAC_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001 - the same
_MIDNIGHT = datetime.min.replace(tzinfo=UTC)
_DAY_S = 24 * 60 * 60

# Number formats every program knows by number (ECMA-376, 18.8.30); 27–36 and 50–58 are dates of East Asian programs.
_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_DURATIONS = frozenset({46})
_LITERAL = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')  # quoted words, colours, locales
_DATE = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Convert = Callable[[str], str]


def converters(formats: Sequence[int], codes: Mapping[int, str], *, epoch: datetime) -> list[Convert]:
    """For each style of the workbook how its numbers are written.

    `formats`: the number format of each style. `codes`: the formats the workbook defines itself.
    """
    known = {number: _converter(number, codes.get(number, ""), epoch) for number in set(formats)}
    return [known[number] for number in formats]


def _converter(number: int, code: str, epoch: datetime) -> Convert:
    first = _LITERAL.sub("", code.split(";", maxsplit=1)[0])
    if number in _DURATIONS or _DURATION.search(first):
        return _duration
    if number in _DATES or _DATE.search(first):
        return lambda value: _moment(value, epoch)
    return number_text


def number_text(value: str) -> str:
    """A number without an exponent and without the noise of binary fractions; anything else as it stands."""
    if value.isdigit() and len(value) < 16 and value[0] != "0":
        return value
    try:
        if "." in value or "E" in value or "e" in value:
            return format(Decimal(repr(float(value))).normalize(), "f")
        return str(int(value))
    except ValueError:
        return value


def _duration(value: str) -> str:
    try:
        whole, fraction = divmod(float(value) * _DAY_S, 1)
        return str(timedelta(seconds=whole, milliseconds=round(fraction * 1000)))
    except (ValueError, OverflowError):
        return value


def _moment(value: str, epoch: datetime) -> str:
    try:
        days, fraction = divmod(float(value), 1)
        time = timedelta(milliseconds=round(fraction * _DAY_S * 1000))
        if days == 0 and time.days == 0:
            return (_MIDNIGHT + time).time().isoformat()
        if 0 <= days < 60 and epoch == WINDOWS_EPOCH:
            days += 1  # the 29 February 1900 that never was
        return (epoch + timedelta(days=days) + time).isoformat()
    except (ValueError, OverflowError):
        return value


def truth(value: str) -> str:
    return {"1": "True", "0": "False"}.get(value, value)


def iso(value: str) -> str:
    """A date written as ISO 8601, in the form the others have."""
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        return value


def escaped(text: str) -> str:
    """As `unescaped` reads it: what XML cannot hold, and what looks as if it were escaped."""
    return _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Control characters are written `_x000D_` where XML cannot hold them."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
