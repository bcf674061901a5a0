"""Who asks."""

from typing import Final, Protocol

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
