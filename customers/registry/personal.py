"""What is held on a person, table by table: what an export gives out, and what becomes of it when they are erased."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import models
from django.utils.functional import Promise

from crm.common import locks

OF_CUSTOMER: Final = "f.customer_id = ANY(%(customers)s)"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Rows `f` of a model that are about a person.

    `customer`, `contact`: which they are, of a customer who is a person (`%(customers)s`: their id and those of whoever
    they absorbed) and of a contact person (`%(contacts)s`); empty where there are none. An erase deletes them (`goes`),
    or sets the columns of `blanks` to their SQL and keeps the rest, which names nobody; `because` says why nothing,
    or something, stays. `is_large`: there may be tens of thousands, which are blanked in steps. `records`: the kind
    of source record that becomes such a row. `exported`: an export shows it; `hides`: columns it leaves out, which
    are ours and not theirs. `unclaimed`: rows of nobody that came from one of their points, as another may have it
    too; an erase blanks them, an export does not show them. `files`: where the file of a row lies, by its columns.
    `heading`: what people call the rows. `alone`: locks without which nobody may blank the rows, as somebody knows them
    by what goes.
    """

    model: type[models.Model]
    customer: str = OF_CUSTOMER
    contact: str = ""
    goes: bool = False
    blanks: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    is_large: bool = False
    records: str = ""
    exported: bool = True
    hides: tuple[str, ...] = ()
    unclaimed: str = ""
    files: Callable[[Mapping[str, Any]], Path] | None = None
    heading: str | Promise = ""
    alone: Callable[[], Collection[locks.Key]] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001 (Django's documented name)

    @property
    def label(self) -> str:
        return str(self.heading or self.model._meta.verbose_name_plural)  # noqa: SLF001 (Django's documented name)

    @property
    def changes(self) -> bool:
        """Whether an erase does anything with its rows."""
        return self.goes or bool(self.blanks)

    def whose(self, *, is_contact: bool) -> str:
        """The condition on rows `f`; empty where the person has none there."""
        return self.contact if is_contact else self.customer

    def blanked(self, *, is_contact: bool) -> list[str]:
        """The conditions of all rows that lose what names the person."""
        return [one for one in (self.whose(is_contact=is_contact), self.unclaimed) if one]


_holdings: Final[dict[str, Holding]] = {}


def register_holding(holding: Holding) -> None:
    """Registering the same table again replaces it."""
    _holdings[holding.table] = holding


def holdings() -> list[Holding]:
    """In the order in which they were registered: what refers to others comes before them."""
    return list(_holdings.values())


def find_holding(table: str) -> Holding | None:
    return _holdings.get(table)
