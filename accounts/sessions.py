"""Sessions: Django's, looked up by a statement that stands as it is.

Every page begins with it; the ORM takes several times as long to put it together as the database to answer.
"""

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

KEPT: Final = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Named by `SESSION_ENGINE`."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(KEPT, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(found[0])
        return kept
