"""Records as `values` reads them, by what they say."""

from itertools import count
from random import Random
from typing import Final

from customers.identity.matching.values import Record

_EMPTY: Final = dict.fromkeys(
    ("tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "birth_date"), ""
)
_numbers = count(1)


def record(name: str, *, number: int | None = None, customer: int | None = None, **says: str) -> Record:
    """A customer of its own unless `customer` says whose it is."""
    number = next(_numbers) if number is None else number
    return Record(id=number, customer=customer or number, name=name, **(_EMPTY | says))


def strangers(many: int, *, first: int = 10_000) -> list[Record]:
    """People who have nothing to do with each other; the same each time."""
    draw = Random(3)

    def word(length: int) -> str:
        return "".join(draw.choice("abcdefghijklmnoprstuvw") for _letter in range(length))

    return [
        record(
            f"{word(6)} {word(8)}",
            number=first + number,
            birth_date=f"{draw.randrange(1940, 2005)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
            address=f"{draw.randrange(1, 200)} {word(9)} street",
            city=word(7),
            postcode=f"{draw.randrange(10_000, 99_999)}",
            phone=f"+4930{draw.randrange(10**6, 10**7)}",
            email=f"{word(8)}@{word(5)}.example",
        )
        for number in range(many)
    ]
