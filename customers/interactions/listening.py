"""What happens to interactions and calls when contact points change: matched anew at once, and once more by a job."""

from django.db.backends.utils import CursorWrapper

from crm.common import jobs
from customers.interactions.matching import rematch
from customers.interactions.tasks import follow_points


def points_changed(cursor: CursorWrapper) -> None:
    """The marks stand already: with the values that changed (`customers.identity.points`)."""
    rematch(cursor)
    cursor.execute("SELECT EXISTS (SELECT FROM imp_changed_values)")
    if cursor.fetchone()[0]:
        jobs.wake(follow_points)
