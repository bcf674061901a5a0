from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def in_november() -> Iterator[None]:
    """It is noon of 15 November 2026; the clock stands, so that pages read the same every day."""
    with time_machine.travel(NOON, tick=False):
        yield
