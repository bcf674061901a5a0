"""Files made to be slow or large, looked at by several people at once: everybody else goes on working."""

import html
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from customers.importing import batches
from customers.models import ImportBatch
from tests.conftest import UserFor
from tests.customers.importing.books import slow_book
from tests.customers.importing.test_hostile_workbooks import HOSTILE
from tests.live import LiveStack

pytestmark = [pytest.mark.timeout(300)]
LOOKS, SECONDS, WAITED = 8, 8, 4
MEGABYTES = 50
WORST = (
    "a row number beyond the last",
    "a sheet that is a bomb",
    "styles that are a bomb",
    "laughs in the sheet",
    "a header of 18,278 columns",
)
Ask = Callable[[str], tuple[int, str, float]]


@pytest.fixture
def ask(live_stack: LiveStack, user_for: UserFor) -> Ask:
    [cookie] = live_stack.sign_in_cookies(user_for("manager"))

    def get(path: str) -> tuple[int, str, float]:
        """Status, text and seconds."""
        headers = {"Cookie": f"{cookie['name']}={cookie['value']}"}
        request = urllib.request.Request(live_stack.url + path, headers=headers)
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        return status, text, time.monotonic() - began

    return get


def test_other_pages_are_served_while_slow_files_are_looked_at(ask: Ask, tmp_path: Path) -> None:
    path = slow_book(tmp_path / "x.xlsx")
    system = batches.find_or_make_system(name="shop")
    made = [batches.create_batch(file=path, system=system, kind="customers") for _look in range(LOOKS)]
    assert ask("/customers/")[0] == 200
    with ThreadPoolExecutor(LOOKS) as people:
        looks = [people.submit(ask, f"/imports/{batch.pk}/map/") for batch in made]
        others = []
        while not all(look.done() for look in looks):
            others.append(ask("/customers/"))
    answers = [look.result() for look in looks]
    assert len(others) >= 5
    assert {status for status, _text, _seconds in others} == {200}
    assert max(seconds for _status, _text, seconds in others) < WAITED  # half as long as the files are looked at
    slow = [text for status, text, _seconds in answers if status == 422]
    busy = [text for status, text, _seconds in answers if status == 503]
    assert len(slow) + len(busy) == LOOKS
    assert all(f"took longer than {SECONDS} seconds" in text for text in slow)
    assert all("try again in a few seconds" in text for text in busy)
    assert 2 <= len(slow) == ImportBatch.objects.filter(state="failed").count()
    failed = ImportBatch.objects.filter(state="failed").first()
    assert failed is not None
    status, text, seconds = ask(f"/imports/{failed.pk}/map/")
    assert (status, "took longer than" in text, seconds < 2) == (200, True, True)


def resident(process: int) -> float:
    """Megabytes of the process and its children, whichever holds the most."""
    held = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return max(int(held.split()[1]) / 1024, *(resident(int(child)) for child in children), 0)


def test_no_file_makes_a_web_worker_grow(ask: Ask, live_stack: LiveStack, tmp_path: Path) -> None:
    system = batches.find_or_make_system(name="shop")
    assert live_stack.web is not None
    for _warm in range(8):
        assert ask("/imports/new/")[0] == 200
    before = resident(live_stack.web.pid)
    for name in WORST:
        make, words = HOSTILE[name]
        batch = batches.create_batch(file=make(tmp_path / "x.xlsx"), system=system, kind="customers")
        status, text, seconds = ask(f"/imports/{batch.pk}/map/")
        assert (status, words in html.unescape(text)) == (422, True), name
        assert seconds < SECONDS, name
    assert resident(live_stack.web.pid) - before < MEGABYTES
