import time
from collections.abc import Iterator

import pytest
from django.core.cache import CacheHandler, cache

from crm.common.cache import ForgivingRedisCache, Rest
from crm.embedded import processes


@pytest.fixture
def unreachable() -> Iterator[ForgivingRedisCache]:
    """A cache whose server is not there."""
    address = f"redis://127.0.0.1:{processes.free_port()}/0"
    options = {"BACKEND": "crm.common.cache.ForgivingRedisCache", "LOCATION": address}
    cache = CacheHandler({"default": options})["default"]
    assert isinstance(cache, ForgivingRedisCache)
    Rest.end()
    yield cache
    Rest.end()


def test_what_cannot_be_reached_is_a_miss(unreachable: ForgivingRedisCache) -> None:
    unreachable.set("key", "value", 60)
    unreachable.set_many({"key": "value"})
    answers = [
        unreachable.get("key"),
        unreachable.get("key", "default"),
        unreachable.get_many(["key"]),
        unreachable.add("key", 1),
        unreachable.touch("key"),
        unreachable.delete("key"),
        unreachable.has_key("key"),
        unreachable.incr("key", 3),
        unreachable.get_or_set("key", lambda: "made"),
        unreachable.reaches_server(),
    ]
    assert answers == [None, "default", {}, True, False, False, False, 3, "made", False]


def test_after_a_failure_it_is_left_alone_for_a_while(unreachable: ForgivingRedisCache) -> None:
    assert Rest.on() is False
    unreachable.get("key")
    assert Rest.on() is True
    began = time.perf_counter()
    for _ in range(1000):
        unreachable.get("key")
    assert time.perf_counter() - began < 0.5


def test_that_is_five_seconds_or_until_it_answers(unreachable: ForgivingRedisCache) -> None:
    unreachable.get("key")
    assert 4 < Rest.until - time.monotonic() <= 5
    assert (unreachable.reaches_server(), Rest.on()) == (False, True)
    assert (cache.reaches_server(), Rest.on()) == (True, False)  # type: ignore[attr-defined]


def test_with_a_server_it_is_a_cache() -> None:
    Rest.end()
    cache.set("key", {"a": 1}, 60)
    assert cache.get("key") == {"a": 1}
    assert cache.incr("counter", 1) if cache.add("counter", 4) else False
    assert cache.get("counter") == 5
    cache.delete_many(["key", "counter"])
    assert cache.get("key") is None
