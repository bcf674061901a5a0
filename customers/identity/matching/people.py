"""People: what is compared of them."""

from typing import Final

from customers.identity.matching.comparing import (
    EMAIL,
    PHONE,
    PLACE,
    PLACE_KEYS,
    STREET,
    TAX,
    Comparison,
    Key,
    Level,
    Model,
    at_most_one_slip,
    each,
    known_and_not,
    near,
    not_so,
    other,
    same,
    so,
    unknown,
)
from customers.identity.matching.values import PERSON

_ACROSS: Final = (near("given_l", "family_r"), near("family_l", "given_r"))
_BEGUN: Final = (
    "(least(length(given_l), length(given_r)) >= 3"
    " AND (starts_with(given_l, given_r) OR starts_with(given_r, given_l)))"
)
_INITIAL: Final = "least(length(given_l), length(given_r)) = 1 AND left(given_l, 1) = left(given_r, 1)"

# Names exchanged are seen in the comparison of the given names, and say nothing once more in that of the families'.
_GIVEN: Final = Comparison(
    key="given",
    needs=["given"],
    levels=[
        same("given", m=0.75, u=0.005, rare=True),
        Level(
            key="exchanged",
            holds=f"{not_so('family_l = family_r')} AND {' AND '.join(_ACROSS)}",
            m=0.03, u=0.0001,
        ),
        Level(key="near", holds=f"{near('given_l', 'given_r')} OR {_BEGUN}", m=0.1, u=0.005),
        Level(
            key="one exchanged",
            holds=f"({' OR '.join(_ACROSS)}) AND {not_so(near('family_l', 'family_r'))}",
            m=0.02, u=0.002,
        ),
        unknown("given"),
        Level(key="initial", holds=_INITIAL, m=0.02, u=0.005),
        other(m=0.08, u=0.98),
    ],
)  # fmt: skip
_FAMILY: Final = Comparison(
    key="family",
    needs=["family"],
    levels=[
        same("family", m=0.8, u=0.003, rare=True),
        Level(key="near", holds=near("family_l", "family_r"), m=0.1, u=0.003),
        Level(
            key="unknown",
            holds=f"family_l IS NULL OR family_r IS NULL OR (({' OR '.join(_ACROSS)})"
            f" AND {not_so(near('given_l', 'given_r'))})",
        ),
        other(m=0.1, u=0.99),
    ],
)
_TURNED: Final = (
    "left(birth_l, 4) = left(birth_r, 4) AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
    " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)"
)
_BORN_NEAR: Final = so(f"{at_most_one_slip('birth_l', 'birth_r')} OR ({_TURNED})")
_BIRTH: Final = Comparison(
    key="birth",
    needs=["birth"],
    levels=[
        unknown("birth"),
        same("birth", m=0.9, u=0.0001),
        Level(key="near", holds=_BORN_NEAR, m=0.05, u=0.002),
        Level(key="same year", holds="left(birth_l, 4) = left(birth_r, 4)", m=0.02, u=0.015),
        other(m=0.03, u=0.98),
    ],
)

# Who lives together has the family's name, the address, the telephone, often the mailbox in common: that says that they
# belong together, not that they are one. Two are meant by other given names, or by those that are but alike (Alexander
# and Alexandra) of people born on other days.
_CALLED_ALIKE: Final = f"{near('given_l', 'given_r')} OR {_BEGUN} OR {_INITIAL}"
_HOUSEHOLD: Final = (
    f"{near('family_l', 'family_r')} AND ({known_and_not(_CALLED_ALIKE, 'given')}"
    f" OR (given_l <> given_r AND {known_and_not(_BORN_NEAR, 'birth')}))"
)

PEOPLE: Final = Model(
    columns=PERSON,
    comparisons=[_GIVEN, _FAMILY, _BIRTH, TAX, EMAIL, PHONE, STREET, PLACE],
    tokens="list_distinct(list_filter([given, family], lambda word: word IS NOT NULL))",
    keys=[
        Key(("tax",), "[tax]"),
        Key(("email",), "[email]"),
        Key(("phone",), "[phone]"),
        Key(("given", "family"), "[least(given, family) || '|' || greatest(given, family)]"),
        Key(
            ("given", "family"),
            "[left(least(given, family), 4) || '|' || left(greatest(given, family), 4)]",
            alone=False,
        ),
        Key((), each("word"), alone=False),
        Key(("birth",), each("birth || left(word, 3)")),
        Key(("birth", "postcode"), "[birth || postcode]"),
        Key(("birth", "city"), "[birth || left(city, 4)]"),
        Key(("birth", "road"), "[birth || left(road, 4)]"),
        Key(("birth", "given", "family"), "[left(given, 1) || left(family, 1) || left(birth, 6)]", alone=False),
        Key(("postcode",), each("left(word, 4) || '|' || postcode")),
        Key(("city",), each("left(word, 5) || '|' || left(city, 4)"), alone=False),
        Key(("road",), each("left(road, 8) || '|' || left(word, 3)"), alone=False),
        *PLACE_KEYS,
    ],
    sure=[
        ["tax"],
        ["email"],
        ["given", "family", "birth"],
        ["given", "family", "street"],
        ["given", "family", "phone"],
    ],
    sessions=[
        ["tax"],
        ["email"],
        ["phone"],
        ["birth"],
        ["given", "family"],
        ["postcode", "street"],
        ["city", "street"],
    ],
    beside=_HOUSEHOLD,
    shared=["email", "phone", "street", "place"],
)
