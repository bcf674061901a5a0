"""Parsers of one cell: stripped, non-empty text in, the text COPY takes out; `Invalid` says what is wrong."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.common.days import company_zone
from customers.importing.registry import Format, Invalid, Parse

REMEMBERED = 50_000
FIRST_YEAR, LAST_YEAR = 1800, 2200
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d{1,14}(?:\.\d{1,4})?|\.\d{1,4})", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_GROUPED = {  # thousands apart, by the decimal sign in force
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
_CELL_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")  # how a date of a workbook is read
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def remembering(parse: Parse) -> Parse:
    """Values repeat down a file: remember what they became, up to a bound."""
    known: dict[str, str | None] = {}

    def remembered(value: str) -> str | None:
        try:
            return known[value]
        except KeyError:
            if len(known) >= REMEMBERED:
                known.clear()
            known[value] = result = parse(value)
            return result

    return remembered


def text(limit: int = 0) -> Callable[[Format], Parse]:
    def build(_format: Format) -> Parse:
        def parse(value: str) -> str:
            if limit and len(value) > limit:
                raise Invalid(_("longer than %(limit)d characters") % {"limit": limit})
            if "\0" in value:
                raise Invalid(_("contains a NUL character"))
            return value

        return parse

    return build


def choice(*allowed: str) -> Callable[[Format], Parse]:
    def build(_format: Format) -> Parse:
        def parse(value: str) -> str:
            found = value.lower()
            if found not in allowed:
                raise Invalid(
                    _("“%(value)s” is none of %(allowed)s") % {"value": value[:60], "allowed": ", ".join(allowed)}
                )
            return found

        return remembering(parse)

    return build


def currency(_format: Format) -> Parse:
    def parse(value: str) -> str:
        if not _CURRENCY.fullmatch(value):
            raise Invalid(_("“%(value)s” is no currency code of three letters") % {"value": value[:60]})
        return value.upper()

    return remembering(parse)


def team(_format: Format) -> Parse:
    """A team's key: the name in lower case with hyphens."""

    def parse(value: str) -> str:
        key = slugify(value, allow_unicode=True)[:50]
        if not key:
            raise Invalid(_("“%(value)s” gives no team key") % {"value": value[:60]})
        return key

    return remembering(parse)


def decimal(format_: Format) -> Parse:
    """A number kept to four decimals (rounded half up beyond them), at most 14 digits before the point."""

    def parse(value: str) -> str:
        plain = _with_point(value, format_.decimal)
        if _PLAIN_NUMBER.fullmatch(plain):
            return plain
        try:
            number = Decimal(plain)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Invalid(_("“%(value)s” is not a number") % {"value": value[:60]})
        if abs(number) >= 10**14:
            raise Invalid(_("“%(value)s” is too large") % {"value": value[:60]})
        return format(number.quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP"), "f")

    return remembering(parse)


def _with_point(value: str, mark: str) -> str:
    """With a comma as the sign, a point is a sign too where it cannot group thousands (a number of a workbook)."""
    if "_" in value:
        raise Invalid(_("“%(value)s” is not a number") % {"value": value[:60]})
    if mark == "," or "," in value:
        for blank in ("\u00a0", "\u202f", " ", "'"):
            value = value.replace(blank, "")
        if _GROUPED[mark].fullmatch(value):
            value = value.replace("," if mark == "." else ".", "")
        if mark == "," and "." not in value:
            value = value.replace(",", ".")
    return value


_YES, _NO = ({"yes", "true", "y", "1", "ja", "是"}, {"no", "false", "n", "0", "nein", "否"})


def yes_no(_format: Format) -> Parse:
    def parse(value: str) -> str:
        found = value.lower()
        if found not in _YES | _NO:
            raise Invalid(_("“%(value)s” is neither yes nor no") % {"value": value[:60]})
        return "true" if found in _YES else "false"

    return remembering(parse)


def integer(low: int, high: int) -> Callable[[Format], Parse]:
    def build(_format: Format) -> Parse:
        def parse(value: str) -> str:
            whole = value.removesuffix(".0")
            if not _INTEGER.fullmatch(whole):
                raise Invalid(_("“%(value)s” is not a whole number") % {"value": value[:60]})
            if not low <= int(whole) <= high:
                raise Invalid(
                    _("%(value)s is not between %(low)d and %(high)d") % {"value": whole, "low": low, "high": high}
                )
            return str(int(whole))

        return remembering(parse)

    return build


def day(format_: Format) -> Parse:
    """A day; a time behind it is dropped, one with a zone gives the company's day."""

    def parse(value: str) -> str:
        found = _in_range(_moment_or_invalid(value, format_.date), value)
        if found.tzinfo is not None:
            found = found.astimezone(company_zone())
        return found.date().isoformat()

    return remembering(parse)


def moment(format_: Format) -> Parse:
    """A time as UTC; without a zone it is the company's."""

    def parse(value: str) -> str:
        found = _in_range(_moment_or_invalid(value, format_.date), value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=company_zone())
        return found.astimezone(UTC).isoformat()

    return remembering(parse)


def month(format_: Format) -> Parse:
    """YYYY-MM (or a day in it) as its first day."""

    def parse(value: str) -> str:
        written = f"{value}-01" if re.fullmatch(r"\d{4}-\d{2}", value) else value
        return _in_range(_moment_or_invalid(written, format_.date), value).date().replace(day=1).isoformat()

    return remembering(parse)


def _moment_or_invalid(value: str, pattern: str) -> datetime:
    try:
        if pattern and not _CELL_MOMENT.fullmatch(value):
            return datetime.strptime(value, pattern)  # noqa: DTZ007 - the caller knows what no zone means
        return datetime.fromisoformat(value)
    except ValueError:
        expected = pattern or "YYYY-MM-DD"
        raise Invalid(
            _("“%(value)s” is no date of the form %(expected)s") % {"value": value[:60], "expected": expected}
        ) from None


def _in_range(found: datetime, value: str) -> datetime:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Invalid(_("“%(value)s” is out of range") % {"value": value[:60]})
    return found
