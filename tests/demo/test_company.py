from datetime import date
from pathlib import Path

import pytest

from demo.company import write_company
from demo.plan import TEAMS, timeline

pytestmark = pytest.mark.slow

LAST = date(2026, 3, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    write_company(folder=folder, last=LAST)
    return folder


def texts(folder: Path) -> dict[str, bytes]:
    """All files but workbooks, which carry the time they were written."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".xlsx"}


def test_the_same_seed_and_day_give_the_same_files(folder: Path, tmp_path: Path) -> None:
    write_company(folder=tmp_path, last=LAST)
    assert texts(tmp_path) == texts(folder)


def test_another_seed_gives_another_company(folder: Path, tmp_path: Path) -> None:
    write_company(folder=tmp_path, last=LAST, seed=1)
    assert texts(tmp_path)["queue_log"] != texts(folder)["queue_log"]


def test_each_department_writes_in_its_own_way(folder: Path) -> None:
    assert (folder / "marketing" / "accounts.csv").read_bytes().startswith(b"\xef\xbb\xbfAccount ID,")
    assert "Müller" in (folder / "finance" / "debitoren.csv").read_text("cp1252")
    assert "有限公司" in (folder / "shop" / "客户.csv").read_text("gb18030")
    assert (folder / "finance" / "rechnungen.csv").read_text("cp1252").startswith("Belegnr.;Debitor;")
    assert (folder / "telephone" / "queue_log").read_bytes().endswith(b"\n")


def test_two_years_with_a_baseline_of_a_year_before_each_go_live() -> None:
    time = timeline(last=LAST)
    assert (time.first, time.last, len(time.months)) == (date(2024, 3, 1), LAST, 25)
    months = [(time.go_live(team).year - 2024) * 12 + time.go_live(team).month - 3 for team in TEAMS]
    assert months == [15, 16, 17]
