"""How two values of a column compare: levels from "the same" to "other", as Splink's settings have them.

`m`: how often the pairs of one customer are on that level, `u`: those of two. They are what is known before any data
are seen; `training` learns them from the company's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

ELSE: Final = "ELSE"
NEAR: Final = 0.92
LEAST: Final = 4
"""Shorter words are not near for one letter that differs."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """`says` nothing where `m` is None. `rare`: the rarer the value the more its agreement says."""

    key: str
    holds: str
    m: float | None = None
    u: float = 0.0
    rare: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`needs`: any of these columns."""

    key: str
    needs: Sequence[str]
    levels: Sequence[Level] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        return {"output_column_name": self.key, "comparison_levels": [_settings(level) for level in self.levels]}

    @property
    def weights(self) -> dict[str, tuple[float, float]]:
        """Level → (m, u)."""
        return {level.key: (level.m, level.u) for level in self.levels if level.m is not None}

    def told(self, weights: Mapping[str, tuple[float, float]], silent: str = "") -> "Comparison":
        """With the m and u of each level; it says nothing of pairs of which `silent` holds."""
        levels = [
            level if level.m is None else replace(level, m=weights[level.key][0], u=weights[level.key][1])
            for level in self.levels
        ]
        return replace(self, levels=[Level(key="beside", holds=silent), *levels] if silent else levels)


def _settings(level: Level) -> dict[str, Any]:
    told: dict[str, Any] = {"sql_condition": level.holds, "label_for_charts": level.key}
    if level.m is None:
        return told | {"is_null_level": True}
    told |= {"m_probability": level.m, "u_probability": level.u}
    return told | ({"tf_adjustment_column": level.rare, "tf_adjustment_weight": 1.0} if level.rare else {})


class Key(NamedTuple):
    """Who shares one of `texts`, a DuckDB list of them from the columns `needs`, is compared; where it says too little
    `alone`, of many records only who shares another key as well.
    """

    needs: Sequence[str]
    texts: str
    alone: bool = True


@dataclass(frozen=True, kw_only=True)
class Model:
    """`keys`: who is compared. `sure`: columns whose agreement is
    hardly ever a coincidence; `sessions`: those among whose agreements the other columns are learnt. `beside`: pairs
    that have no more in common than a household or a house; of them the comparisons `shared` say nothing.
    """

    columns: Sequence[str]
    comparisons: Sequence[Comparison]
    tokens: str
    keys: Sequence[Key]
    sure: Sequence[Sequence[str]]
    sessions: Sequence[Sequence[str]]
    beside: str
    shared: Sequence[str]


def same(column: str, *, m: float, u: float, rare: bool = False) -> Level:
    return Level(key="same", holds=f"{column}_l = {column}_r", m=m, u=u, rare=column if rare else "")


def unknown(*columns: str) -> Level:
    either = (f"({column}_l IS NULL OR {column}_r IS NULL)" for column in columns)
    return Level(key="unknown", holds=" AND ".join(either))


def other(*, m: float, u: float) -> Level:
    return Level(key="other", holds=ELSE, m=m, u=u)


def so(condition: str) -> str:
    """False where it is unknown. As a CASE DuckDB works out no more of it than decides it, also where it has taken it
    out of several places to do it once; of a bare AND or OR it works out all there.
    """
    return f"(CASE WHEN {condition} THEN TRUE ELSE FALSE END)"


def not_so(condition: str) -> str:
    """Also where it is unknown."""
    return f"(CASE WHEN {condition} THEN FALSE ELSE TRUE END)"


def known_and_not(condition: str, *columns: str) -> str:
    """It is known to be false: both values of these columns are there."""
    there = (f"{column}_l IS NOT NULL AND {column}_r IS NOT NULL" for column in columns)
    return so(f"{' AND '.join(there)} AND {not_so(condition)}")


def near(left: str, right: str, *, least: float = NEAR) -> str:
    """Alike letter by letter, or but for one slip of the keyboard."""
    return so(f"jaro_winkler_similarity({left}, {right}) >= {least} OR {one_slip(left, right)}")


def one_slip(left: str, right: str) -> str:
    """One letter wrong, missing, too many, or two exchanged; of short words these alone."""
    exchanged = f"levenshtein({left}, {right}) = 2 AND damerau_levenshtein({left}, {right}) = 1"
    return so(
        f"(length({left}) = {LEAST - 1} AND {exchanged})"
        f" OR (length({left}) >= {LEAST} AND length({right}) >= {LEAST} AND {at_most_one_slip(left, right)})"
    )


def at_most_one_slip(left: str, right: str) -> str:
    """The dear distance is worked out of those alone that the cheap one, for which an exchange is two slips, leaves."""
    return so(
        f"abs(length({left}) - length({right})) <= 1 AND levenshtein({left}, {right}) <= 2"
        f" AND damerau_levenshtein({left}, {right}) <= 1"
    )


def identifier(column: str, *more: Level) -> Comparison:
    """A number or an address that belongs to one."""
    slip = Level(key="near", holds=one_slip(f"{column}_l", f"{column}_r"), m=0.05, u=0.0002)
    return Comparison(
        key=column, needs=[column],
        levels=[unknown(column), same(column, m=0.8, u=0.0001), slip, *more, other(m=0.15, u=0.99)],
    )  # fmt: skip


EMAIL: Final = identifier(
    "email", Level(key="local", holds="split_part(email_l, '@', 1) = split_part(email_r, '@', 1)", m=0.05, u=0.0005)
)
PHONE: Final = identifier("phone", Level(key="ending", holds="right(phone_l, 7) = right(phone_r, 7)", m=0.05, u=0.0002))
TAX: Final = identifier("tax")

STREET: Final = Comparison(
    key="street",
    needs=["street"],
    levels=[
        unknown("street"),
        same("street", m=0.55, u=0.0002),
        Level(key="near", holds=f"jaro_winkler_similarity(street_l, street_r) >= {NEAR}", m=0.2, u=0.002),
        Level(key="road", holds="road_l = road_r", m=0.05, u=0.002),
        Level(key="road near", holds="jaro_winkler_similarity(road_l, road_r) >= 0.9", m=0.05, u=0.004),
        other(m=0.15, u=0.99),
    ],
)
_CITY: Final = so("city_l = city_r OR jaro_winkler_similarity(city_l, city_r) >= 0.9")
_CODE_SLIPS: Final = at_most_one_slip("postcode_l", "postcode_r")
# Postcode and city say the same thing twice: one comparison.
PLACE: Final = Comparison(
    key="place",
    needs=["postcode", "city"],
    levels=[
        unknown("postcode", "city"),
        Level(key="same", holds=f"postcode_l = postcode_r AND {_CITY}", m=0.6, u=0.001),
        Level(key="postcode", holds="postcode_l = postcode_r", m=0.1, u=0.002),
        Level(key="city and near", holds=f"city_l = city_r AND {_CODE_SLIPS}", m=0.1, u=0.002),
        Level(key="city", holds="city_l = city_r", m=0.1, u=0.01),
        Level(key="near", holds=f"{_CODE_SLIPS} OR {_CITY}", m=0.05, u=0.01),
        other(m=0.05, u=0.975),
    ],
)
PLACE_KEYS: Final = (
    Key(("street", "postcode"), "[street || '|' || postcode]"),
    Key(("street", "city"), "[street || '|' || left(city, 5)]"),
    Key(("road", "postcode"), "[left(road, 5) || '|' || postcode]"),
    Key(("road", "city"), "[left(road, 6) || '|' || left(city, 6)]", alone=False),
)


def each(text: str) -> str:
    """A key of each word of the name, called `word`."""
    return f"list_transform(words, lambda word: {text})"
