"""Invented customers of whom one in ten stands there twice, with slips and gaps; and what is found of them.

A program of its own, whose memory is told: `python -m bench.invented people 500000` prints one JSON object.
"""

import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import django

from customers.identity.matching import finding
from customers.identity.matching.values import Record

AGAIN: Final = 10
SEED: Final = 17
SYLLABLES: Final = [
    "ka", "lo", "mi", "ren", "sta", "vo", "bel", "tor", "han", "wi", "gru", "sal", "per", "du", "fen", "mo", "ri",
    "gal", "nor", "tes", "be", "kol", "an", "ju",
]  # fmt: skip
FORMS: Final = ("GmbH", "AG", "Ltd", "Inc", "SA", "")
Words = dict[str, list[str]]


def matched(kind: str, many: int) -> dict[str, Any]:
    draw = random.Random(f"{SEED} {kind}")
    find, invent = (finding.find_people, person) if kind == "people" else (finding.find_organizations, organization)
    words = vocabulary(draw)
    began, worked = time.monotonic(), time.process_time()
    found = {(left, right) for left, right, _score in find(records(draw, many, words, invent))}
    true = {(number, number + many) for number in range(0, many, AGAIN)}
    return {
        "records": many + len(true),
        "seconds": round(time.monotonic() - began, 1),
        "processor_s": round(time.process_time() - worked, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "found": len(found),
        "precision": round(len(found & true) / max(len(found), 1), 4),
        "recall": round(len(found & true) / len(true), 4),
    }


def vocabulary(draw: random.Random) -> Words:
    """Names that some share with many and most with few."""

    def invented(many: int, least: int, most: int) -> list[str]:
        return ["".join(draw.choices(SYLLABLES, k=draw.randint(least, most))).title() for _word in range(many)]

    return {
        "given": invented(1_500, 2, 2), "family": invented(30_000, 2, 4), "road": invented(20_000, 2, 4),
        "city": invented(600, 2, 3), "brand": invented(60_000, 2, 4), "trade": invented(40, 2, 3),
    }  # fmt: skip


def common(draw: random.Random, words: Sequence[str]) -> str:
    return words[int(len(words) * draw.random() ** 2.5)]


def records(
    draw: random.Random, many: int, words: Words, invent: Callable[[random.Random, int, Words], Record]
) -> Iterator[Record]:
    for number in range(many):
        one = invent(draw, number, words)
        yield one
        if number % AGAIN == 0:
            yield again(draw, one, many)


def person(draw: random.Random, number: int, words: Words) -> Record:
    given, family = common(draw, words["given"]), common(draw, words["family"])
    birth = f"{draw.randint(1940, 2006)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return record(draw, number, f"{given} {family}", words, birth_date=birth if draw.random() < 0.6 else "")


def organization(draw: random.Random, number: int, words: Words) -> Record:
    parts = (common(draw, words["brand"]), common(draw, words["trade"]), draw.choice(FORMS))
    return record(draw, number, " ".join(parts).strip(), words)


def record(draw: random.Random, number: int, name: str, words: Words, birth_date: str = "") -> Record:
    city = int(len(words["city"]) * draw.random() ** 2)
    first, *_between, domain = f"{name} {name}".lower().split()
    return Record(
        id=number,
        customer=number,
        name=name,
        tax_id=f"DE{draw.randrange(10**8, 10**9)}" if draw.random() < 0.2 else "",
        email=f"{first}{draw.randrange(1000)}@{domain}.example" if draw.random() < 0.6 else "",
        phone=f"+4930{draw.randrange(10**7, 10**8)}" if draw.random() < 0.7 else "",
        address=f"{common(draw, words['road'])} Street {draw.randint(1, 120)}",
        city=words["city"][city],
        region="",
        country="DE",
        postcode=f"{10_000 + 90 * city + draw.randrange(40)}",
        birth_date=birth_date,
    )


def again(draw: random.Random, one: Record, many: int) -> Record:
    """A slip in the name, and each of the rest left out or kept."""
    at = draw.randrange(1, len(one.name) - 1)
    name = one.name[:at] + one.name[at + 1] + one.name[at] + one.name[at + 2 :] if draw.random() < 0.5 else one.name
    kept = {field: getattr(one, field) for field in ("tax_id", "email", "phone", "address", "birth_date")}
    left = {field: value if draw.random() < 0.7 else "" for field, value in kept.items()}
    return one._replace(id=one.id + many, customer=one.id + many, name=name, **left)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    sys.stdout.write(json.dumps(matched(sys.argv[1], int(sys.argv[2]))) + "\n")
