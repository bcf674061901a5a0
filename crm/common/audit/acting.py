"""Who acts: what is kept with every row of the audit that is written meanwhile.

Requests name their user (pghistory's middleware), commands the command line and its account, jobs their task; an import
names the one who brought the file.
"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pghistory
import pghistory.runtime
from django.db.backends.utils import CursorWrapper

BULK: Final = "crm.bulk"  # a setting of the transaction


@contextmanager
def acting(**who: object) -> Iterator[None]:
    """Name whoever does what follows, beside what is named already; afterwards it is as before.

    Keys: `user` (id), `command` and `account` (of the operating system), `job`, `batch` (id of the import).
    """
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata.update(who)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)


def present() -> dict[str, Any]:
    """What is named now; empty where nobody is."""
    context = getattr(pghistory.runtime._tracker, "value", None)  # noqa: SLF001 - it offers no other way
    return dict(context.metadata) if context else {}


def account() -> str:
    """Who calls, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())


def in_bulk(cursor: CursorWrapper) -> None:
    """Until the transaction ends, facts leave no row of the audit each: the import that brings them is the record."""
    cursor.execute("SELECT set_config(%s, 'on', true)", [BULK])
