"""Countries and languages by their codes (ISO 3166-1, ISO 639), named in the reader's language."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, Self

from babel import Locale
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import get_language

from customers.identity.countries import countries


class Choices(BaseChoiceIterator):
    """Of a field, as it takes them; forms share them, where a list is gone through and copied by each."""

    def __init__(self, rows: tuple[tuple[str, str], ...]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._rows)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self


# What CLDR names beside countries: unions, made-up regions, islands that ISO counts to others.
NO_COUNTRIES: Final = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
LOCALES: Final = ("en", "zh_Hans")
NO_LANGUAGES: Final = frozenset(("mul", "root", "und", "zxx"))


def country_name(code: str) -> str:
    """Of a code; what is none stays as it is written."""
    return _countries(_locale()).get(code.upper(), code)


def language_name(code: str) -> str:
    return _languages(_locale()).get(code.lower(), code)


def is_country(text: str) -> bool:
    """By its code, or by a name that the product knows."""
    return bool(find_country(text))


@lru_cache(maxsize=5000)
def find_country(text: str) -> str:
    """The code of a country, by it or by a name that the product knows; '' for none."""
    plain = text.strip().casefold()
    return next((found for locale in LOCALES if (found := _codes(locale).get(plain))), "")


@lru_cache(maxsize=5000)
def is_language(text: str) -> bool:
    """By its code, with or without a country behind it (`de`, `en-GB`, `zh_CN`), or by a name."""
    code = text.replace("_", "-").partition("-")[0]
    return any(_knows(_languages(locale), code) or _knows(_languages(locale), text) for locale in LOCALES)


def _knows(names: Mapping[str, str], text: str) -> bool:
    plain = text.strip().casefold()
    return plain in {code.casefold() for code in names} or plain in {name.casefold() for name in names.values()}


def country_choices(standing: str = "") -> Choices:
    """Those that customers are in first, then all by name; `standing` as it is written, where it is no code."""
    return _choices("countries", _locale(), tuple(countries()), standing)


def language_choices(standing: str = "") -> Choices:
    return _choices("languages", _locale(), (), standing)


@lru_cache(maxsize=100)
def _choices(of: str, locale: str, first: tuple[str, ...], standing: str) -> Choices:
    names = _countries(locale) if of == "countries" else _languages(locale)
    written = [(standing, standing)] if standing and standing not in names else []
    known = sorted(((code, names[code]) for code in set(first) & names.keys()), key=_by_name)
    others = sorted(((code, names[code]) for code in names.keys() - set(first)), key=_by_name)
    return Choices((("", "–"), *written, *known, *others))


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def _locale() -> str:
    return "zh_Hans" if (get_language() or "").startswith("zh") else "en"


@cache
def _codes(locale: str) -> Mapping[str, str]:
    """Code or name, in lower case → code."""
    names = _countries(locale)
    by_name = {name.casefold(): code for code, name in names.items()}
    return MappingProxyType(by_name | {code.casefold(): code for code in names})


@cache
def _countries(locale: str) -> Mapping[str, str]:
    named = Locale.parse(locale).territories
    found = {code: name for code, name in named.items() if len(code) == 2 and code not in NO_COUNTRIES}
    return MappingProxyType(found)


@cache
def _languages(locale: str) -> Mapping[str, str]:
    """The two-letter ones, which customers speak; and Chinese in both scripts."""
    named = Locale.parse(locale).languages
    found = {code: name for code, name in named.items() if len(code) == 2 and code not in NO_LANGUAGES}
    written = {"zh-hans": named.get("zh_Hans", "zh-Hans"), "zh-hant": named.get("zh_Hant", "zh-Hant")}
    return MappingProxyType(found | written)
