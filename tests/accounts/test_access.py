import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.access import OPERATOR, signed_in
from accounts.models import User


def test_the_operator_may_read_all_there_is() -> None:
    assert [OPERATOR.has_perm(name) for name in ("metrics.view_roi", "nothing.at_all")] == [True, True]
    assert OPERATOR.has_perm("metrics.view_roi", None) is True


def test_who_is_signed_in_is_staff_and_nobody_else() -> None:
    request = RequestFactory().get("/")
    request.user = user = User(email="ann@example.com")
    assert signed_in(request) is user
    request.user = AnonymousUser()
    with pytest.raises(AssertionError):
        signed_in(request)
