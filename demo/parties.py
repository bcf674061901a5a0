"""The customers of the demo company as they really are, before each department writes them down in its own way."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from demo import words

COUNT = 1_500
CHINESE_SHARE, ENGLISH_SHARE, PERSON_SHARE = 0.18, 0.25, 0.30
SHARED_PHONE_SHARE = 0.04


class Known(StrEnum):
    """How the departments' records of one customer hang together."""

    BY_TAX_ID = "tax ID in every system"
    BY_EMAIL = "no tax ID, the same e-mail in every system"
    APART = "nothing in common but the look of the name"


@dataclass(frozen=True, slots=True)
class Party:
    """One real customer. `latin` is the name where Chinese characters cannot be written."""

    number: int
    kind: str
    name: str
    latin: str
    contact: str
    language: str
    country: str
    tax_id: str
    email: str
    phone: str
    address: str
    city: str
    region: str
    postcode: str
    industry: str
    birth_date: date | None
    known: Known
    weight: float
    on_account: bool
    punctual: float


def draw_parties(generator: random.Random, *, count: int = COUNT) -> list[Party]:
    return [_draw(generator, number) for number in range(1, count + 1)]


def _draw(generator: random.Random, number: int) -> Party:
    chance = generator.random()
    if chance < CHINESE_SHARE:
        language, place = "zh", _chinese_place(generator)
    elif chance < CHINESE_SHARE + ENGLISH_SHARE:
        language, place = "en", _western_place(generator, words.ENGLISH_CITIES, words.ENGLISH_STREETS, "GB")
    else:
        language, place = "de", _western_place(generator, words.GERMAN_CITIES, words.GERMAN_STREETS, "DE")
    kind = "person" if generator.random() < PERSON_SHARE else "organization"
    contact, contact_latin = _person(generator, language)
    name, latin, industry = (contact, contact_latin, "") if kind == "person" else _firm(generator, language, number)
    shared = generator.random() < SHARED_PHONE_SHARE
    return Party(
        number=number,
        kind=kind,
        name=name,
        latin=latin,
        contact=contact,
        language=language,
        tax_id=_tax_id(language, number),
        email=f"{'info' if kind == 'organization' else 'mail'}{number}@{_domain(latin)}",
        phone=_phone(language, number - 1 if shared and number > 1 else number),
        industry=industry,
        birth_date=date(1950, 1, 1) + timedelta(days=generator.randrange(20_000)) if kind == "person" else None,
        known=generator.choices(list(Known), weights=(55, 27, 18))[0],
        weight=generator.lognormvariate(0, 1.45),
        on_account=kind == "organization" or generator.random() < 0.3,
        punctual=min(0.98, max(0.3, generator.gauss(0.8, 0.12))),
        **place,
    )


def _person(generator: random.Random, language: str) -> tuple[str, str]:
    """A name, and in Latin letters."""
    if language == "zh":
        at = generator.randrange(len(words.CHINESE_NAMES))
        return words.CHINESE_NAMES[at], words.CHINESE_NAMES_LATIN[at]
    first, last = (
        (words.ENGLISH_FIRST, words.ENGLISH_LAST) if language == "en" else (words.GERMAN_FIRST, words.GERMAN_LAST)
    )
    name = f"{generator.choice(first)} {generator.choice(last)}"
    return name, name


def _firm(generator: random.Random, language: str, number: int) -> tuple[str, str, str]:
    """A name, in Latin letters, and the trade."""
    if language == "zh":
        city, city_latin, *_rest = generator.choice(words.CHINESE_CITIES)
        stem, stem_latin = generator.choice(words.CHINESE_STEMS)
        sector, sector_latin, industry = generator.choice(words.CHINESE_SECTORS)
        return f"{city}{stem}{sector}有限公司", f"{city_latin} {stem_latin} {sector_latin} Co., Ltd.", industry
    german = language == "de"
    stem = generator.choice(words.GERMAN_STEMS if german else words.ENGLISH_STEMS)
    sector, industry = generator.choice(words.GERMAN_SECTORS if german else words.ENGLISH_SECTORS)
    owner = generator.choice(words.GERMAN_LAST if german else words.ENGLISH_LAST)
    form = generator.choice(words.GERMAN_FORMS if german else words.ENGLISH_FORMS)
    name = f"{stem} {sector} {form}" if number % 3 else f"{owner} {sector} {form}"
    return name, name, industry


def _western_place(
    generator: random.Random, cities: tuple[tuple[str, str, str], ...], streets: tuple[str, ...], country: str
) -> dict[str, str]:
    city, region, postcode = generator.choice(cities)
    house = generator.randrange(1, 140)
    address = f"{generator.choice(streets)} {house}" if country == "DE" else f"{house} {generator.choice(streets)}"
    return {"address": address, "city": city, "region": region, "postcode": postcode, "country": country}


def _chinese_place(generator: random.Random) -> dict[str, str]:
    city, _latin, region, postcode = generator.choice(words.CHINESE_CITIES)
    address = f"{generator.choice(words.CHINESE_STREETS)}{generator.randrange(1, 900)}号"
    return {"address": address, "city": city, "region": region, "postcode": postcode, "country": "CN"}


def _tax_id(language: str, number: int) -> str:
    if language == "zh":
        return f"91310000MA{10_000_000 + number * 37}"
    return f"{'GB' if language == 'en' else 'DE'}{200_000_000 + number * 1_237}"


def _phone(language: str, number: int) -> str:
    if language == "zh":
        return f"+86 21 6{1_000_000 + number * 7}"
    return f"+44 20 7{1_000_000 + number * 7}" if language == "en" else f"+49 30 9{1_000_000 + number * 7}"


def _domain(latin: str) -> str:
    words_in_name = [part for part in latin.replace("&", " ").split() if part[:1].isalpha()]
    plain = unicodedata.normalize("NFKD", words_in_name[0].lower()).encode("ascii", "ignore").decode()
    return f"{''.join(letter for letter in plain if letter.isalnum())}.example"
