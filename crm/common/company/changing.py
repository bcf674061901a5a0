"""Change what the company's row says, as an administrator does.

Rooms above know what stands in the way and what follows: they hang it in here.
"""

from collections.abc import Callable
from typing import Any, Final

from babel.numbers import list_currencies
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from crm.common import locks
from crm.common.company.current import refresh
from crm.common.company.models import Company
from crm.common.errors import DomainError
from crm.common.versions import lock_as_seen

FIELDS: Final = ("time_zone", "currency")

zone_refusals: Final[list[Callable[[str], None]]] = []
"""Each raises a DomainError where a change to that zone cannot begin now."""
zone_changes: Final[list[Callable[[str], None]]] = []
"""Begin a change to that zone in the transaction of whoever asks; what takes long is left to a job."""
currency_refusals: Final[list[Callable[[], None]]] = []
"""Each raises a DomainError where the currency cannot change now."""

_amounts: Final[list[tuple[type[models.Model], dict[str, Any]]]] = []


class UnknownCurrency(DomainError):
    """No currency has this code."""


class AmountsAreKept(DomainError):
    """There are amounts in the company's currency, which would have to be restated."""


def register_amounts(model: type[models.Model], **having: Any) -> None:
    """Rows of `model`, or those `having` that, hold amounts in the company's currency, or are reckoned by it."""
    _amounts.append((model, having))


def models_with_amounts() -> list[type[models.Model]]:
    return [model for model, _having in _amounts]


def change_company(*, time_zone: str, currency: str, seen: str | None = None) -> None:
    """Make these the company's. A changed zone is carried through to the stored days by a job.

    `seen`: `version(row, FIELDS)` of the row that was read. Raises ChangedMeanwhile, UnknownCurrency, AmountsAreKept,
    and what the hooks above raise.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.ZONE])
        company = Company.objects.get(pk=1)
        lock_as_seen(company, seen, FIELDS)
        if time_zone != company.time_zone:
            for begin in zone_changes:
                begin(time_zone)
        if currency != company.currency:
            refuse_currency_change(currency)
            Company.objects.filter(pk=1).update(currency=currency)
        transaction.on_commit(refresh)


def refuse_zone_change(zone: str) -> None:
    """Raises what stands in the way of a change to `zone`."""
    for refuse in zone_refusals:
        refuse(zone)


def refuse_currency_change(currency: str) -> None:
    """Raises what stands in the way of a change to `currency`: one row with an amount does."""
    if currency not in list_currencies():
        raise UnknownCurrency(_("“%(code)s” is no currency; they are named like EUR.") % {"code": currency})
    kept = [str(model._meta.verbose_name_plural) for model, having in _amounts if _exist(model, having)]  # noqa: SLF001 - Meta is API
    if kept:
        raise AmountsAreKept(
            _(
                "It stays %(present)s: amounts are kept in it (%(what)s), and each would have to be restated. "
                "Begin a new database with the other currency, or keep this one and enter exchange rates."
            )
            % {"present": refresh().currency, "what": ", ".join(kept)}
        )
    for refuse in currency_refusals:
        refuse()


def _exist(model: type[models.Model], having: dict[str, Any]) -> bool:
    return model._default_manager.filter(**having).exists()  # noqa: SLF001 (Django's documented name)
