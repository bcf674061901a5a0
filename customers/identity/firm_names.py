"""Legal forms of firms, in the writings they have: what tells one firm from another is not among them.

Shared by whoever compares names: the link key, which leaves them out, and the look for duplicates, which weighs them.
"""

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

_ENDINGS: Final = (
    *CHINESE_FORMS.split("|"),
    *(" gmbh co kg", " s de rl de cv", " sa de cv", " sdn bhd", " sp z oo", " s r l", " a s", " s a"),
)
_BEGINNINGS: Final = ("株式会社", "合同会社", "有限会社")


def without_form(name: str) -> str:
    """Of a name in lower case, without accents and signs; one that is nothing but forms stays.

    >>> without_form("acme sp z oo")
    'acme'
    """
    if name.endswith(_ENDINGS):
        name = next(name[: -len(form)] for form in _ENDINGS if name.endswith(form)).strip() or name
    if name.startswith(_BEGINNINGS):
        name = name[len(_BEGINNINGS[0]) :].strip() or name
    words = name.split()
    kept = [word for word in words if word not in LEGAL_FORMS]
    return name if len(kept) == len(words) else " ".join(kept) or name
