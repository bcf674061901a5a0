import json
import urllib.request
from collections.abc import Callable

import pytest

from tests.live import LiveStack


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_live_stack_serves_works_and_survives(live_stack: LiveStack, wait_for: Callable[..., None]) -> None:
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "ok"}
    live_stack.stop_redis()
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "down"}
    live_stack.kill_worker()
    live_stack.heal()
    with urllib.request.urlopen(f"{live_stack.url}/readyz") as answer:
        assert json.load(answer) == {"database": "ok", "redis": "ok"}
