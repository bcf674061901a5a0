from django.core.cache import cache
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.common.hooks import after_facts_changed
from metrics.engine.waking import wake_recompute
from metrics.models import RecomputeRun
from metrics.tasks import check_rollups, recompute


def test_changed_facts_wake_it() -> None:
    assert wake_recompute in after_facts_changed


def test_many_changes_ask_once(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    cache.delete("metrics:recompute-asked")
    with django_capture_on_commit_callbacks() as asked:
        for _ in range(5):
            wake_recompute()
    assert len(asked) == 1


def test_the_jobs_do_what_the_domain_does(db: None) -> None:
    recompute()
    check_rollups()
    assert RecomputeRun.objects.get().finished_at is not None
