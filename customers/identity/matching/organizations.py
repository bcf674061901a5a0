"""Organizations: what is compared of them."""

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
    other,
    same,
    so,
    unknown,
)
from customers.identity.matching.values import ORGANIZATION

_SLIP: Final = (
    "jaro_winkler_similarity(name_l, name_r) >= 0.95 OR (length(name_l) >= 6 AND length(name_r) >= 6"
    f" AND {at_most_one_slip('name_l', 'name_r')})"
)
_WITHIN: Final = so("list_has_all(tokens_l, tokens_r) OR list_has_all(tokens_r, tokens_l)")
_COMMON: Final = so(
    "jaro_winkler_similarity(name_l, name_r) >= 0.88"
    " OR len(list_intersect(tokens_l, tokens_r)) * 2 >= greatest(len(tokens_l), len(tokens_r))"
)
_SOME: Final = "jaro_winkler_similarity(name_l, name_r) >= 0.8 OR list_has_any(tokens_l, tokens_r)"

_NAME: Final = Comparison(
    key="name",
    needs=["name"],
    levels=[
        unknown("name"),
        same("name", m=0.6, u=0.0005, rare=True),
        Level(key="another order", holds="ordered_l = ordered_r", m=0.03, u=0.0001, rare="ordered"),
        Level(key="near", holds=_SLIP, m=0.12, u=0.0005),
        Level(key="within", holds=_WITHIN, m=0.1, u=0.001),
        Level(key="much", holds=_COMMON, m=0.08, u=0.005),
        Level(key="some", holds=_SOME, m=0.04, u=0.03),
        other(m=0.03, u=0.96),
    ],
)
# A limited company and a partnership of one name are two, as a rule.
_FORM: Final = Comparison(
    key="form",
    needs=["name"],
    levels=[
        unknown("forms"),
        Level(key="same", holds="list_has_any(forms_l, forms_r)", m=0.95, u=0.4),
        other(m=0.05, u=0.6),
    ],
)
_EMAIL: Final = Comparison(
    key="email",
    needs=["email"],
    levels=[
        *EMAIL.levels[:3],
        Level(key="domain", holds="domain_l = domain_r", m=0.2, u=0.001),
        *EMAIL.levels[3:],
    ],
)

# Under one roof are many: of those with other names a shared house, switchboard or domain says nothing.
_UNDER_ONE_ROOF: Final = known_and_not(f"{_WITHIN} OR {_COMMON}", "name")

ORGANIZATIONS: Final = Model(
    columns=ORGANIZATION,
    comparisons=[_NAME, _FORM, TAX, _EMAIL, PHONE, STREET, PLACE],
    tokens="tokens",
    keys=[
        Key(("tax",), "[tax]"),
        Key(("email",), "[email]"),
        Key(("domain",), "[domain]"),
        Key(("phone",), "[phone]"),
        Key(("name",), "[name]"),
        Key(("ordered",), "[ordered]"),
        Key((), each("word"), alone=False),
        Key(("name", "postcode"), "[left(name, 5) || '|' || left(postcode, 3)]"),
        Key(("name", "city"), "[left(name, 5) || '|' || left(city, 5)]"),
        Key(("name",), "[left(name, 9)]", alone=False),
        Key(("name",), "[right(name, 9)]", alone=False),
        Key(("postcode",), each("left(word, 5) || '|' || postcode")),
        Key(("city",), each("left(word, 6) || '|' || left(city, 5)"), alone=False),
        Key(("road",), each("left(road, 8) || '|' || left(word, 4)"), alone=False),
        *PLACE_KEYS,
    ],
    sure=[["tax"], ["email", "name"], ["name", "phone"], ["name", "street"], ["name", "postcode"], ["name", "city"]],
    sessions=[["tax"], ["email"], ["phone"], ["name"], ["postcode", "street"], ["city", "street"]],
    beside=_UNDER_ONE_ROOF,
    shared=["email", "phone", "street", "place"],
)
