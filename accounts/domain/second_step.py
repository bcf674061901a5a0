"""The second step of signing in, as far as it is ours: what the library does leaves a trace."""

from typing import Final

from accounts.models import User
from crm.common.audit.recording import record

SHOWN: Final = "accounts.recovery_codes"


def codes_shown(*, user: User, count: int) -> None:
    """Note that `user` gets their `count` unused recovery codes to see: whoever has read them can sign in with them."""
    record(what=SHOWN, by=user, count=count)
