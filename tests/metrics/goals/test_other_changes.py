from datetime import date

import pytest

from metrics.goals import other_changes
from metrics.models import OtherChange

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_another_change_ends_after_it_begins() -> None:
    with pytest.raises(other_changes.EndsBeforeItBegins):
        other_changes.record_other_change(
            change=OtherChange(what="Strike", happened_from=DAY, happened_to=date(2026, 3, 1))
        )

    kept = other_changes.record_other_change(change=OtherChange(what="Strike", happened_from=DAY, kpis=["aht"]))
    assert OtherChange.objects.get() == kept
    other_changes.withdraw_other_change(change=kept)
    assert not OtherChange.objects.exists()
