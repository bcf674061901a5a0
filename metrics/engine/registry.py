"""The sources of facts there are. Whoever brings one registers it; the engine knows none by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from metrics.engine.sources import FactSource, Family

_sources: Final[dict[int, FactSource]] = {}


def register(source: FactSource) -> None:
    """Raises TypeError where another has its key or number: marks and rollups of both would be one."""
    for other in _sources.values():
        if other is not source and (other.key == source.key or other.number == source.number):
            raise TypeError(f"{source.key} ({source.number}): {other.key} ({other.number}) is registered already")
    _sources[source.number] = source


def sources() -> tuple[FactSource, ...]:
    """By number."""
    return tuple(_sources[number] for number in sorted(_sources))


def label_of(number: int) -> str:
    """The source's name for people; its number where nothing has it any more."""
    source = _sources.get(number)
    return str(source.label if source else number)


def families() -> list[Family]:
    """Those of the sources, in the order of pages."""
    return sorted({source.family for source in _sources.values()}, key=lambda family: family.order)


@contextmanager
def registered(source: FactSource) -> Iterator[None]:
    """For a while."""
    register(source)
    try:
        yield
    finally:
        del _sources[source.number]
