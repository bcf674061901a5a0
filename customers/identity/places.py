"""Countries and languages by their codes (ISO 3166-1, ISO 639), named in the reader's language."""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from django.utils.translation import get_language

from customers.identity.countries import countries

Choices = list[tuple[str, str]]
# What CLDR names beside countries: unions, made-up regions, islands that ISO counts to others.
NO_COUNTRIES: Final = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
LOCALES: Final = ("en", "zh_Hans")
NO_LANGUAGES: Final = frozenset(("mul", "root", "und", "zxx"))


def country_name(code: str) -> str:
    """Of a code; what is none stays as it is written."""
    return _countries(_locale()).get(code.upper(), code)


def language_name(code: str) -> str:
    return _languages(_locale()).get(code.lower(), code)


@lru_cache(maxsize=5000)
def is_country(text: str) -> bool:
    """By its code, or by a name that the product knows."""
    return any(_knows(_countries(locale), text) for locale in LOCALES)


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
    names = _countries(_locale())
    used = [code for code in countries() if code in names]
    return _choices(names, used, standing)


def language_choices(standing: str = "") -> Choices:
    return _choices(_languages(_locale()), [], standing)


def _choices(names: Mapping[str, str], first: list[str], standing: str) -> Choices:
    written = [(standing, standing)] if standing and standing not in names else []
    known = sorted(((code, names[code]) for code in first), key=_by_name)
    others = sorted(((code, name) for code, name in names.items() if code not in set(first)), key=_by_name)
    return [("", "–"), *written, *known, *others]


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def _locale() -> str:
    return "zh_Hans" if (get_language() or "").startswith("zh") else "en"


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
