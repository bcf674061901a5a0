import json
import urllib.request
from collections.abc import Callable

import pytest

from metrics.engine.tasks import recompute
from metrics.models import RecomputeRun
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
    _its_jobs_end_with_the_test(live_stack, wait_for)


def _its_jobs_end_with_the_test(live_stack: LiveStack, wait_for: Callable[..., None]) -> None:
    """The worker has just started, and does what every sweeper does."""
    with live_stack.sender.connection() as broker:
        recompute.apply_async(countdown=1, connection=broker)
    live_stack.settle()
    before = RecomputeRun.objects.count()
    wait_for(lambda: "Discarding revoked task: metrics.engine.tasks.recompute" in live_stack.log("worker"))
    assert RecomputeRun.objects.count() == before > 0
