"""The zone stands still while something is begun that means times in it."""

from typing import Final

from django.db.backends.utils import CursorWrapper

ZONE: Final = (0x5A4F, 2)  # advisory: shared by whoever begins such work, exclusive while the zone is replaced


def hold_zone(cursor: CursorWrapper) -> None:
    """Until the caller's transaction ends no change of the zone begins."""
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", ZONE)


def take_zone(cursor: CursorWrapper) -> None:
    """Wait, for moments, until nobody holds it; until the caller's transaction ends nobody can."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", ZONE)
