"""Who asks."""

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Staff; views behind a permission have one."""
    assert isinstance(request.user, User)
    return request.user
