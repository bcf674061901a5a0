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


def waiting_for(state: State, *, is_costly: bool = False) -> AbstractContextManager[None]:
    """Each statement that reads its rows takes so long, where no index may answer it. Raises TookTooLong.

    `is_costly`: the list itself knows that none does.
    """
    return at_most(PATIENCE_S) if is_costly or state.is_costly else nullcontext()
