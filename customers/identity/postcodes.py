"""Whether a postcode can be one of its country.

Shapes as the address data of Google's libaddressinput have them, which took over from CLDR's table when that ended
(CLDR 27); what the postal operators write is compared without blanks, dots and dashes, so that a country is mostly told
by how many digits its postcodes have. A country that is not named here has none, or none that could be told wrong.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from customers.identity.places import find_country

# How many digits → countries.
_DIGITS: Final = {
    "3": "FO GN IS LS MG OM PG",
    "3|4": "BH",
    "3|5|6": "TW",
    "4": "AF AL AT AU BD BE BG CC CH CV CX CY DK ET GE GL GW HU LI LR LU LV MD MK NE NF NO NZ PH PY SI SJ TN VE ZA",
    "4|5": "CR TZ",
    "4|6": "AM",
    "4|8": "LB",
    "5": "AX BA BL BT CU CZ DE DO DZ EE EG ES FI FR GF GP GR GT HN HR ID IQ IT JO KE KW LA LK LT MA MC ME MF MM MN "
    "MQ MV MX MY NA NC NI NP PF PK PL PM RE SA SD SE SK SM SN TH TR UA UY VA WF XK YT ZM",
    "5|6": "KH KR RS VN",
    "5|7": "IL",
    "5|9": "AS FM GU MH MP PR PW US VI",
    "6": "BY CN CO EC IN KG KZ NG RO RU SG TJ TM UZ",
    "7": "CL JP PT",
    "8": "BR",
    "10": "IR",
}
_LETTERS: Final = {
    "AD": r"AD\d{3}",
    "AR": r"[A-HJ-NP-Z]?\d{4}([A-Z]{3})?",
    "AZ": r"\d{4}",
    "BB": r"BB\d{5}",
    "BM": r"[A-Z]{2}[A-Z0-9]{2}",
    "BN": r"[A-Z]{2}\d{4}",
    "CA": r"[ABCEGHJKLMNPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d",
    "GB": r"GIR0AA|[A-PR-UWYZ][A-Z]?\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2}|BFPO\d{1,4}",
    "GG": r"GY\d{1,2}\d[ABD-HJLN-UW-Z]{2}",
    "GI": r"GX111AA",
    "HT": r"(HT)?\d{4}",
    "IE": r"([AC-FHKNPRTV-Y]\d{2}|D6W)[0-9AC-FHKNPRTV-Y]{4}",
    "IM": r"IM\d{1,2}\d[ABD-HJLN-UW-Z]{2}",
    "JE": r"JE\d{1,2}\d[ABD-HJLN-UW-Z]{2}",
    "KY": r"KY[1-3]\d{4}",
    "MT": r"[A-Z]{3}\d{2,4}",
    "MU": r"\d{5}|\d{3}[A-Z]{2}\d{3}",
    "MZ": r"\d{4}|\d{6}",
    "NL": r"[1-9]\d{3}[A-Z]{2}",
    "PE": r"(LIMA|CALLAO)\d{1,2}|\d{5}",
    "SO": r"[A-Z]{2}\d{5}",
    "SV": r"(CP)?\d{4}",
    "SZ": r"[HLMS]\d{3}",
    "VC": r"VC\d{4}",
    "VG": r"VG\d{4}",
}
# What letter writers still put before the number, by the signs that cars carried.
_SIGNS: Final = {
    "AT": "A", "BE": "B", "DE": "D", "ES": "E", "FI": "FIN", "FR": "F", "HU": "H", "IT": "I", "LU": "L", "NO": "N",
    "PT": "P", "SE": "S",
}  # fmt: skip
_BETWEEN: Final = re.compile(r"[\s.\-‐-―]+")


def _shapes() -> Iterator[tuple[str, re.Pattern[str]]]:
    for digits, countries in _DIGITS.items():
        for code in countries.split():
            number = "|".join(f"[0-9]{{{count}}}" for count in digits.split("|"))
            yield code, re.compile(f"(?:{'|'.join(sorted({code, _SIGNS.get(code, code)}))})?(?:{number})")
    for code, letters in _LETTERS.items():
        yield code, re.compile(f"(?:{code})?(?:{letters})", re.ASCII)


_SHAPES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(dict(_shapes()))


def is_postcode(text: str, country: str) -> bool:
    """True too where the country is none that is known, or has no shape.

    >>> [is_postcode(text, "DE") for text in ("10115", "D-10115", "1011")]
    [True, True, False]
    """
    shape = _shape(country)
    return shape is None or bool(shape.fullmatch(_plain(text)))


@lru_cache(maxsize=5000)
def _shape(country: str) -> re.Pattern[str] | None:
    return _SHAPES.get(find_country(country))


def _plain(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub("", plain).upper()
