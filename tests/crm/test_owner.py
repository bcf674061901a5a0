import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from pytest_django.fixtures import Settings

from crm.owner import as_owner
from tests.database import application, owner

pytestmark = pytest.mark.django_db(transaction=True)


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user::text")
        return str(cursor.fetchone()[0])


def test_meanwhile_the_session_is_the_owners() -> None:
    assert role() == application()
    with as_owner():
        assert role() == owner()
    assert role() == application()


def test_after_an_error_it_is_the_applications_again() -> None:
    with pytest.raises(ZeroDivisionError), as_owner():
        raise ZeroDivisionError
    assert role() == application()


def test_an_open_transaction_is_not_lost_for_it() -> None:
    with (
        transaction.atomic(),
        pytest.raises(TransactionManagementError, match="end the transaction first"),
        as_owner(),
    ):
        raise AssertionError
    assert role() == application()


def test_where_one_role_does_all_nothing_changes(settings: Settings) -> None:
    settings.CRM_DATABASE_OWNER = None
    with transaction.atomic(), as_owner():
        assert role() == application()
