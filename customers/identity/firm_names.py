"""Legal forms of firms, in the writings they have: what tells one firm from another is not among them.

Shared by whoever compares names: the link key, which leaves them out, and the look for duplicates, which weighs them.
"""

import re
from typing import Final

LEGAL_FORMS: Final = frozenset(
    [
        "ab",
        "ag",
        "aps",
        "as",
        "asa",
        "bv",
        "bvba",
        "co",
        "company",
        "corp",
        "corporation",
        "doo",
        "eg",
        "ehf",
        "eirl",
        "eood",
        "ev",
        "gbr",
        "gmbh",
        "hf",
        "inc",
        "incorporated",
        "kft",
        "kg",
        "kgaa",
        "lda",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "ltda",
        "mbh",
        "nv",
        "nyrt",
        "ohg",
        "ood",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "pvt",
        "sa",
        "sarl",
        "sas",
        "sasu",
        "se",
        "sl",
        "snc",
        "spa",
        "sprl",
        "srl",
        "sro",
        "tbk",
        "uab",
        "ug",
        "zrt",
        "ао",
        "зао",
        "оао",
        "ооо",
        "пао",
    ]
)
"""Words, compared without accents and full stops."""

CHINESE_FORMS: Final = (
    "股份有限公司|有限责任公司|有限公司|股份公司|集团公司|总公司|集团|公司|株式会社|合同会社|有限会社"
)
"""What such a name ends with, in simplified characters; the longer ones first."""

_ENDING: Final = re.compile(
    f"(?:(?:{CHINESE_FORMS})| sp z oo| sa de cv| s de rl de cv| sdn bhd| a s| s a| s r l| gmbh co kg)$"
)
_BEGINNING: Final = re.compile("^(?:株式会社|合同会社|有限会社)")


def without_form(name: str) -> str:
    """Of a name in lower case, without accents and signs; one that is nothing but forms stays.

    >>> without_form("acme sp z oo")
    'acme'
    """
    ended = _ENDING.sub("", name).strip() or name
    begun = _BEGINNING.sub("", ended).strip() or ended
    kept = [word for word in begun.split() if word not in LEGAL_FORMS]
    return " ".join(kept) or begun
