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


class ForgivingClient(RedisCacheClient):
    """The client Django's backend calls; each operation has the answer it gives when Redis cannot be reached."""

    def _try(self, otherwise: Any, operation: Callable[[], Any]) -> Any:
        if Rest.on():
            return otherwise
        try:
            return operation()
        except (RedisError, OSError) as error:
            Rest.begin()
            log.warning("redis unreachable", error=str(error), resting_s=REST_S)
            return otherwise

    def get(self, key: str, default: Any) -> Any:
        return self._try(default, lambda: super(ForgivingClient, self).get(key, default))

    def get_many(self, keys: Any) -> Any:
        return self._try({}, lambda: super(ForgivingClient, self).get_many(keys))

    def set(self, key: str, value: Any, timeout: int | None) -> None:
        self._try(None, lambda: super(ForgivingClient, self).set(key, value, timeout))

    def set_many(self, data: Any, timeout: int | None) -> None:
        self._try(None, lambda: super(ForgivingClient, self).set_many(data, timeout))

    def add(self, key: str, value: Any, timeout: int | None) -> Any:
        return self._try(True, lambda: super(ForgivingClient, self).add(key, value, timeout))

    def touch(self, key: str, timeout: int | None) -> Any:
        return self._try(False, lambda: super(ForgivingClient, self).touch(key, timeout))

    def delete(self, key: str) -> Any:
        return self._try(False, lambda: super(ForgivingClient, self).delete(key))

    def delete_many(self, keys: Any) -> None:
        self._try(None, lambda: super(ForgivingClient, self).delete_many(keys))

    def has_key(self, key: str) -> Any:
        return self._try(False, lambda: super(ForgivingClient, self).has_key(key))

    def incr(self, key: str, delta: int) -> Any:
        return self._try(delta, lambda: super(ForgivingClient, self).incr(key, delta))

    def clear(self) -> Any:
        return self._try(False, lambda: super(ForgivingClient, self).clear())

    def ping(self) -> bool:
        try:
            answered = bool(self.get_client(None).ping())
        except (RedisError, OSError):
            return False
        Rest.end()
        return answered


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache over `ForgivingClient`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient

    def reaches_server(self) -> bool:
        """Whether Redis answers right now."""
        return bool(self._cache.ping())
