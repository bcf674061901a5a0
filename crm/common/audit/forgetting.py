"""Blank what the audit says of a person who has the right to be forgotten."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection


def forget_person(*, customer_id: int, reason: str, by: AbstractBaseUser, contact_id: int | None = None) -> int:
    """Blank what events say of the customer, or of the contact person there; the number of events that said something.

    Rows of the audit stay, with who changed what when, and one more says that this was done, by whom and why. `reason`
    names a rule ("asked for by the person"), never the person.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_forget_person(%s, %s, %s, %s)", [customer_id, reason, by.pk, contact_id])
        return int(cursor.fetchone()[0])
