"""A cache on Redis that every page can do without: what cannot be reached is a miss, and is left alone a while."""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

REST_S = 5.0


class Rest:
    """After a failure Redis is not asked for some seconds, so that a page pays one time-out, not one a look-up."""

    until: ClassVar[float] = 0.0

    @classmethod
    def on(cls) -> bool:
        return time.monotonic() < cls.until

    @classmethod
    def begin(cls) -> None:
        cls.until = time.monotonic() + REST_S

    @classmethod
    def end(cls) -> None:
        cls.until = 0.0


def forgiving(operation: Callable[..., Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """`operation`, answering `otherwise(…same arguments…)` when Redis cannot be reached."""

    def method(client: RedisCacheClient, *arguments: Any, **options: Any) -> Any:
        if Rest.on():
            return otherwise(*arguments, **options)
        try:
            return operation(client, *arguments, **options)
        except (RedisError, OSError) as error:
            Rest.begin()
            log.warning("redis unreachable", error=str(error), resting_s=REST_S)
            return otherwise(*arguments, **options)

    return method


def nothing(*_: Any, **__: Any) -> None:
    return None


def no(*_: Any, **__: Any) -> bool:
    return False


class ForgivingClient(RedisCacheClient):
    """The client that Django's backend calls."""

    get = forgiving(RedisCacheClient.get, lambda _key, default: default)
    get_many = forgiving(RedisCacheClient.get_many, lambda _keys: {})
    set = forgiving(RedisCacheClient.set, nothing)
    set_many = forgiving(RedisCacheClient.set_many, nothing)
    add = forgiving(RedisCacheClient.add, lambda *_: True)
    touch = forgiving(RedisCacheClient.touch, no)
    delete = forgiving(RedisCacheClient.delete, no)
    delete_many = forgiving(RedisCacheClient.delete_many, nothing)
    has_key = forgiving(RedisCacheClient.has_key, no)
    incr = forgiving(RedisCacheClient.incr, lambda _key, delta: delta)
    clear = forgiving(RedisCacheClient.clear, no)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache over `ForgivingClient`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient

    def reaches_server(self) -> bool:
        """Whether Redis answers right now."""
        try:
            answered = bool(self._cache.get_client(None).ping())
        except (RedisError, OSError):
            return False
        Rest.end()
        return answered
