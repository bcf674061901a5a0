"""Jobs of the goals."""

from celery import shared_task

from metrics.goals import drift_checks


@shared_task
def check_drift(**_: object) -> None:
    """Nightly: every baseline."""
    drift_checks.ask_all()
    drift_checks.check_asked()


@shared_task
def check_asked_drift(**_: object) -> None:
    """Soon after somebody asked, and the sweeper."""
    drift_checks.check_asked()
