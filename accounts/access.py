"""Who asks."""

from collections.abc import Hashable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.http import HttpRequest

from accounts.models.staff import User


class Reader(Protocol):
    """Whoever reads: a member of staff, nobody in particular, or the operator."""

    def has_perm(self, perm: str, obj: None = None, /) -> bool: ...


class Operator:
    """Whoever has the machine's command line, and the jobs: they read all there is."""

    def has_perm(self, perm: str, obj: None = None, /) -> bool:  # noqa: ARG002 - as users have it
        return True


OPERATOR: Final = Operator()


def signed_in(request: HttpRequest) -> User:
    """Staff; views behind a permission have one."""
    assert isinstance(request.user, User)
    return request.user


@dataclass(frozen=True)
class Asker:
    """Who asks, as part of a key: alike are the same person with the same rights in the same team."""

    user: Any = field(compare=False)
    alike: Hashable

    @classmethod
    def of(cls, user: Reader) -> "Asker":
        """Asks no query that the user's rights have not cost already."""
        alike: Hashable = user.__class__
        if isinstance(user, User):
            rights = user.is_superuser or frozenset(user.get_all_permissions())
            alike = (user.pk, user.team_id, user.is_active, rights)
        return cls(copy(user), alike)  # a copy: what is kept must not keep the request that the user came with
