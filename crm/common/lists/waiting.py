"""Lists that may take too long: how long somebody waits for one, and what is said then."""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.common.lists.state import State
from crm.common.patience import at_most

PATIENCE_S: Final = 2.0
TOO_MUCH: Final = _(
    "This takes too long with so many rows. Add a condition that leaves fewer: a customer, a team, a day."
)


def patience_for(state: State, *, is_costly: bool = False) -> float | None:
    """Seconds that a statement which reads its rows may take, where no index may answer it; None where one does.

    `is_costly`: the list itself knows that none does.
    """
    return PATIENCE_S if is_costly or state.is_costly else None


def waiting_for(state: State, *, is_costly: bool = False) -> AbstractContextManager[None]:
    """Each statement takes as long as `patience_for` says. Raises TookTooLong."""
    seconds = patience_for(state, is_costly=is_costly)
    return nullcontext() if seconds is None else at_most(seconds)
