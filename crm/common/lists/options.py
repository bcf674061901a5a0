"""What a condition's value may be chosen from. Long lists are searched on the server, `MOST` at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

MOST = 50
Choices = Iterable[tuple[str, str | Promise]]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who looks at the list: what "me" and "my team" mean. `known`: options this request has asked for already."""

    user: Any
    user_id: int | None = None
    team_id: int | None = None
    known: dict[Any, list[tuple[str, str]]] = field(default_factory=dict, compare=False)

    def once(self, key: Any, ask: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
        if key not in self.known:
            self.known[key] = ask()
        return self.known[key]


class Options(Protocol):
    def named(self, values: Sequence[str], asking: Asking) -> dict[str, str]:
        """Those of the values that are there, with their names."""

    def offered(self, text: str, asking: Asking) -> list[tuple[str, str]]:
        """Up to `MOST` whose name has the text in it, and one more where there are more."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Known to the code, or by one query that is cheap."""

    choices: Choices | Callable[[], Choices]

    def named(self, values: Sequence[str], asking: Asking) -> dict[str, str]:
        return {value: label for value, label in self._all(asking) if value in values}

    def offered(self, text: str, asking: Asking) -> list[tuple[str, str]]:
        return [(value, label) for value, label in self._all(asking) if text.lower() in label.lower()][: MOST + 1]

    def _all(self, asking: Asking) -> list[tuple[str, str]]:
        choices = self.choices

        def words() -> list[tuple[str, str]]:
            given = choices() if callable(choices) else choices
            return [(value, str(label)) for value, label in given]

        return asking.once(id(self), words)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a table by primary key, searched in `search`. `first`: words that stand for a row, such as "me"."""

    rows: Callable[[Asking], QuerySet[Any]]
    search: str
    first: Sequence[tuple[str, str | Promise]] = ()
    label: Callable[[Model], str] = str

    def named(self, values: Sequence[str], asking: Asking) -> dict[str, str]:
        """Mostly among what is offered first, which the page shows as well."""
        found = {value: label for value, label in self.offered("", asking) if value in values}
        found |= {value: str(label) for value, label in self.first if value in values}
        ids = [int(value) for value in values if value not in found and value.isascii() and value.isdigit()]
        if ids:
            found |= {str(row.pk): self.label(row) for row in self.rows(asking).filter(pk__in=ids)}
        return found

    def offered(self, text: str, asking: Asking) -> list[tuple[str, str]]:
        return asking.once((id(self), text), lambda: self._offered(text, asking))

    def _offered(self, text: str, asking: Asking) -> list[tuple[str, str]]:
        words = [(value, str(label)) for value, label in self.first if text.lower() in str(label).lower()]
        rows = self.rows(asking)
        found = rows.filter(**{f"{self.search}__icontains": text}) if text else rows
        return words + [(str(row.pk), self.label(row)) for row in found[: MOST + 1]]
