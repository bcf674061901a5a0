"""How right a look was, held against pairs of which somebody knows that they are one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from crm.common.errors import DomainError

Record = tuple[str, str]
Two = frozenset[Record]
COLUMNS: Final = ("left_source", "left_id", "right_source", "right_id")


class NoPairs(DomainError):
    """A file cannot be read as one of pairs."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """`precision`: the share of what was found that is known; `recall`: the share of what is known that was found."""

    found: int
    known: int
    precision: float
    recall: float


def read_pairs(path: Path) -> frozenset[Two]:
    """Of a file of pairs with `COLUMNS`; the order of the two does not matter. Raises NoPairs."""
    return frozenset(_pairs(path))


def judge(*, found: frozenset[Two], known: frozenset[Two]) -> Judged:
    both = len(found & known)
    precision = both / len(found) if found else 1.0
    recall = both / len(known) if known else 1.0
    return Judged(found=len(found), known=len(known), precision=round(precision, 4), recall=round(recall, 4))


def _pairs(path: Path) -> Iterator[Two]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                left_source, left_id, right_source, right_id = (row[name] for name in COLUMNS)
                yield frozenset(((left_source, left_id), (right_source, right_id)))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        words = _("%(file)s is no CSV file with the columns %(columns)s.")
        raise NoPairs(words % {"file": path, "columns": ", ".join(COLUMNS)}) from error
