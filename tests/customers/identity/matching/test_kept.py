"""A look that was kept: the next one reads what has changed, and says what one from nothing says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.identity.matching import kept, proposing
from customers.identity.matching.proposing import Matched, match
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.models import Customer, Match, SourceRecord
from tests.conftest import NOON
from tests.customers.identity.matching.records import strangers
from tests.customers.importing.files import load, write_csv

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
COLUMNS = "external_id,kind,name,email,phone,city"
ANN = ["1", "person", "Ann Fairweather", "ann@fair.example", "+49 30 1234567", "Berlin"]
SLIP = ["K1", "person", "Ann Fairwaether", "", "030 / 1234567", "Berlin"]
FIRM = ["7", "organization", "Fairweather Umbrellas Ltd", "info@fair.example", "+49 30 99887766", "Berlin"]
FIRM_AGAIN = ["8", "organization", "Fairweather Umbrelas", "info@fair.example", "+49 30 99887766", "Berlin"]
Bring = Callable[..., None]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How many customers' records each look read; None: all."""
    reading: list[int | None] = []
    whole = kept.read_records

    def reads(kind: Customer.Kind, *, customers: set[int] | None = None) -> object:
        reading.append(None if customers is None else len(customers))
        return whole(kind, customers=customers)

    monkeypatch.setattr(kept, "read_records", reads)
    return reading


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(kept, "FROM", 2)
    monkeypatch.setattr(kept, "MOST", 100)


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    def brings(source: str, *rows: list[str]) -> None:
        load("customers", write_csv(tmp_path / f"{source}.csv", COLUMNS, rows), source=source)

    return brings


@pytest.fixture
def town(bring: Bring) -> None:
    """People and firms without doubles, but for one pair that is told apart from Ann's."""
    people = [
        [f"s{one.id}", "person", one.name, one.email, one.phone, one.city] for one in strangers(40, first=1)
    ]  # fmt: skip
    firms = [[f"f{one.id}", "organization", f"{one.name} Ltd", "", "", one.city] for one in strangers(80)[40:]]
    pair = [["d1", "person", "Zoe Doubleday", "zoe@double.example", "+49 40 5550199", "Kiel"],
            ["d2", "person", "Zoe Doubledya", "", "040 5550199", "Kiel"]]  # fmt: skip
    bring("town", *people, *firms, *pair, ANN, FIRM)


def proposed() -> set[frozenset[str]]:
    """By the names of the two."""
    names = dict(Customer.objects.values_list("pk", "name"))
    return {frozenset((names[one.left_id], names[one.right_id])) for one in Match.objects.all()}


def again(monkeypatch: pytest.MonkeyPatch, folder: Path, out: Path) -> Matched:
    """From nothing, by what is kept nowhere."""
    with monkeypatch.context() as patch:
        patch.setattr(kept, "_path", lambda kind: folder / kind.value)
        return match(pairs_out=out)


ZOE = frozenset(("Zoe Doubleday", "Zoe Doubledya"))


@pytest.mark.usefixtures("town")
def test_what_came_since_is_compared_with_all_and_nothing_else_is_read(
    bring: Bring, read: list[int | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert match().pairs == 1
    assert read == [None, None]
    monkeypatch.setattr(kept, "MARGIN", kept.MARGIN * 0)
    SourceRecord.objects.update(changed_at=NOON)
    Customer.objects.update(created_at=NOON)
    bring("service", SLIP, FIRM_AGAIN)
    found = match(only_changed=True, pairs_out=tmp_path / "changed.csv")
    assert read[2:] == [2, 2]
    assert (found.pairs, found.to_review) == (2, 2)
    anns, firms = ("Ann Fairweather", "Ann Fairwaether"), ("Fairweather Umbrellas Ltd", "Fairweather Umbrelas")
    assert proposed() == {ZOE, frozenset(anns), frozenset(firms)}
    whole = match(pairs_out=tmp_path / "followed.csv")
    assert None not in read[2:]
    assert whole.pairs == 3
    assert again(monkeypatch, tmp_path, tmp_path / "anew.csv") == whole
    sides = [line.rsplit(",", 1)[0] for line in (tmp_path / "followed.csv").read_text().splitlines()]
    assert sides == [line.rsplit(",", 1)[0] for line in (tmp_path / "anew.csv").read_text().splitlines()]
    assert {path.stat().st_mode & 0o777 for path in (settings.VAR_DIR / "matching").iterdir()} == {0o600}


@pytest.mark.usefixtures("town")
def test_a_proposal_that_no_longer_holds_is_withdrawn_and_others_stay(bring: Bring) -> None:
    bring("service", SLIP)
    match()
    bring("service", ["K1", "person", "Quentin Elsewhere", "", "", "Lima"])
    found = match(only_changed=True)
    assert proposed() == {ZOE}
    assert match().pairs == found.pairs == 1


@pytest.mark.usefixtures("town")
def test_merges_and_what_takes_them_back_are_followed(bring: Bring, read: list[int | None]) -> None:
    bring("service", SLIP)
    match()
    ann, slip = (Customer.objects.get(name=name) for name in ("Ann Fairweather", "Ann Fairwaether"))
    merge = merge_customers(survivor=ann, absorbed=slip, by=None, now=NOON)
    whole = match()
    assert (whole.pairs, whole.to_review) == (2, 1)
    undo_merge(merge=merge, by=None, now=NOON)
    whole = match(only_changed=True)
    assert (whole.pairs, whole.to_review) == (2, 2)
    assert None not in read[2:]


@pytest.mark.usefixtures("town")
def test_too_much_that_changed_another_version_and_a_broken_file_are_read_anew(
    bring: Bring, read: list[int | None], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    match()
    monkeypatch.setattr(kept, "MOST", 0.01)
    bring("service", SLIP)
    assert match(only_changed=True).pairs == 2
    assert read[2:] == [None, None]
    monkeypatch.setattr(kept, "MOST", 100)
    monkeypatch.setattr(kept, "_version", lambda: "another")
    assert match(only_changed=True).pairs == 2
    assert read[4:] == [None, None]
    for path in (settings.VAR_DIR / "matching").iterdir():
        path.write_bytes(b"broken" * 1000)
    assert match(only_changed=True).pairs == 2
    assert read[6:] == [None, None]


@pytest.mark.usefixtures("town")
def test_a_look_that_broke_off_leaves_what_was_kept(
    bring: Bring, read: list[int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    match()
    bring("service", SLIP)

    def breaks(*_args: object, **_more: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(kept, "_say", breaks)
        with pytest.raises(OSError, match="no space"):
            match(only_changed=True)
    assert match(only_changed=True).pairs == 2
    assert None not in read[2:]
    assert proposing.match().pairs == 2
