"""Tests do not ask what day it is: what they show would depend on it. `in_november`, `NOON`, time-machine stand in."""

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
READS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "timezone.now"}
EVENTS = "events of the audit are stamped by the clock of the database"
MAY = {
    "customers/identity/privacy": "the jobs of a request stamp its row by the real clock",
    "customers/identity/test_history.py": EVENTS,
    "customers/identity/test_promotion.py": "another connection logs by the clock of the database",
    "customers/identity/test_tag_restoring.py": EVENTS,
    "customers/importing/feeds": "feeds fall due by the real clock where a test has none",
    "customers/interactions/test_note_history.py": EVENTS,
    "factories": "the moment a row is made, on whichever clock its test stands",
    "reliability/test_feeds.py": "feeds fall due by the real clock",
    "reliability/test_live_feeds.py": "feeds fall due by the real clock",
    "reliability/test_live_failures.py": "a worker process goes by the real clock",
    "reliability/test_mail.py": "a worker process stamps its rows by the real clock",
    "reliability/test_nobody_waits.py": "imports and tiers of other processes go by the real clock",
    "reliability/test_retier_beside_writers.py": "tiers are decided as of the real day",
}


def reads(path: Path) -> Iterator[str]:
    """Each function of `READS` that is named in a file, called or handed on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node).removeprefix("datetime.") in READS:
            yield f"{path.relative_to(HERE)}:{node.lineno} {ast.unparse(node)}"


def test_only_these_read_the_real_clock() -> None:
    found = [read for path in sorted(HERE.rglob("*.py")) for read in reads(path)]
    assert [read for read in found if not read.startswith(tuple(MAY))] == []
    assert {place for place in MAY if any(read.startswith(place) for read in found)} == set(MAY)


def test_the_search_sees_a_read() -> None:
    assert [read.split(" ")[1] for read in reads(HERE / "reliability" / "test_mail.py")] == ["timezone.now"]
