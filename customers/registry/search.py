"""Finding customers by what other rooms know of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class SearchProvider:
    """Finds customers by what another room knows of them.

    `arm(text)` gives a SELECT of customer ids and its parameters, or None where the text cannot be such a thing; each
    must be an index probe that stops by itself.
    """

    key: str
    arm: Callable[[str], tuple[str, list[str]] | None]


_search_providers: Final[dict[str, SearchProvider]] = {}


def register_search_provider(provider: SearchProvider) -> None:
    _search_providers[provider.key] = provider


def search_arms(text: str) -> list[tuple[str, list[str]]]:
    arms = [_search_providers[key].arm(text) for key in sorted(_search_providers)]
    return [arm for arm in arms if arm is not None]
