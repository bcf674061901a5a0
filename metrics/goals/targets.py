"""Set quantified goals: KPI, scope, number, date, owner."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.errors import DomainError
from metrics.engine.scope import Scope
from metrics.kpis import Kpi
from metrics.models import KpiTarget

BOUNDS = {"share": (Decimal(0), Decimal(1)), "score": (Decimal(-100), Decimal(100))}
LARGEST = Decimal(10) ** 13  # what the database keeps with six decimals


class ImpossibleTarget(DomainError):
    """The KPI cannot reach this value."""


class NoSuchOwner(DomainError):
    """A target needs an owner who works here."""


def set_target(
    *, kpi: Kpi, value: Decimal, due_on: date, owner: User, scope: Scope, by: User | None = None
) -> KpiTarget:
    """Add a target; the newest of a KPI and scope is in force, earlier ones stay on record. Raises ImpossibleTarget."""
    low, high = BOUNDS.get(kpi.unit, (-LARGEST, LARGEST))
    if not value.is_finite() or not low <= value <= high:
        raise ImpossibleTarget(
            _("%(kpi)s is between %(low)s and %(high)s, not %(value)s.")
            % {"kpi": kpi.key, "low": low, "high": high, "value": value}
        )
    return KpiTarget.objects.create(
        kpi=kpi.key,
        value=value,
        due_on=due_on,
        owner=owner,
        **scope.columns,
        set_by=by,
    )


def get_owner(email: str) -> User:
    """Raises NoSuchOwner."""
    owner = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if owner is None:
        raise NoSuchOwner(_("Nobody with the e-mail %(email)s works here.") % {"email": email})
    return owner
