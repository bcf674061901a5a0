"""The role that owns the database: whatever changes a table or a function is done as it, everything else is not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.db.transaction import TransactionManagementError

HOW_TO_CONNECT = ("HOST", "PORT", "NAME", "USER", "PASSWORD", "OPTIONS")


@contextmanager
def as_owner() -> Iterator[None]:
    """Django's connection is the owner's meanwhile, and then again the application's; sessions are not kept.

    Where one role does all, nothing changes. Raises where a transaction is open: it would be lost.
    """
    owner = settings.CRM_DATABASE_OWNER
    if owner is None:
        yield
        return
    if connection.in_atomic_block:
        raise TransactionManagementError("Another role needs a session of its own; end the transaction first.")
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = before | {key: owner[key] for key in HOW_TO_CONNECT if key in owner}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before
