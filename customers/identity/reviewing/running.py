"""The jobs: a look for duplicates, a merge of many proposals.

A look may end anywhere and begin anew: what it stores is what it found. A merge of many goes on after the last pair,
which moves with the merge, in one transaction a pair. The sweeper finds what is in nobody's hands.
"""

from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.audit.acting import acting
from crm.common.errors import DomainError
from customers.identity.reviewing import ruling, runs
from customers.identity.reviewing.deciding import merge_match
from customers.identity.reviewing.queue import Narrowing, to_decide
from customers.models import Match, MatchRun

_HAS_CHANGED: Final = """
SELECT EXISTS (SELECT FROM customers_sourcerecord
  WHERE changed_at >= %(since)s AND kind = 'customers' AND customer_id IS NOT NULL)
 OR EXISTS (SELECT FROM customers_merge WHERE undone_at >= %(since)s)
"""
MAY: Final = "customers.merge_customer"


class NobodyProposed(DomainError):
    """There is nothing to merge."""


def begin_merge(*, by: User, ids: list[int] | None = None, band: str = "", kind: str = "") -> MatchRun:
    """Have these proposals merged, or all of the band and kind that there are now. Raises NobodyProposed."""
    found = to_decide(reader=by, narrowing=Narrowing(band=band, kind=kind))
    found = found.filter(pk__in=ids) if ids is not None else found
    last = found.order_by("-pk").values_list("pk", flat=True).first()
    if last is None:
        raise NobodyProposed(_("None of them is to be decided."))
    asked = {"ids": ids} if ids is not None else {"band": band, "kind": kind, "up_to": last}
    with transaction.atomic():
        return runs.begin(what=MatchRun.What.MERGE, by=by, asked=asked, total=found.count())


def run(*, pk: int) -> None:
    """Do what is left of it. Raises `locks.Busy` while another worker is at it; how it ended stands in the row."""
    found = MatchRun.objects.filter(pk=pk, state__in=MatchRun.OPEN).select_related("asked_by").first()
    if found is None:
        return
    with acting(user=found.asked_by_id, job="matching", run=found.pk):
        if found.what == MatchRun.What.LOOK:
            _look(found)
        else:
            _merge_all(found)


def has_changed() -> bool:
    """Customers came or changed since the last look that was done began; no, where nobody has ever looked."""
    looks = MatchRun.objects.filter(what=MatchRun.What.LOOK, state=MatchRun.State.DONE)
    last = looks.order_by("-pk").values_list("created_at", flat=True).first()
    if last is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_HAS_CHANGED, {"since": last})
        return bool(cursor.fetchone()[0])


def unfinished() -> list[int]:
    """In nobody's hands, or in a worker's: `run` tells. A command that was broken off is not done again."""
    with locks.held(locks.MATCHING) as free:
        if free:
            broken = MatchRun.objects.filter(state__in=MatchRun.OPEN, how=MatchRun.How.COMMAND)
            broken.update(state=MatchRun.State.FAILED, error=_("It was broken off."), finished_at=timezone.now())
    jobs = MatchRun.objects.filter(state__in=MatchRun.OPEN).exclude(how=MatchRun.How.COMMAND)
    return list(jobs.order_by("pk").values_list("pk", flat=True))


def _look(run: MatchRun) -> None:
    from customers.identity.matching.proposing import match  # noqa: PLC0415 - heavy: splink

    match(
        run=run,
        merge_from=ruling.merge_from() if run.how == MatchRun.How.NIGHT else None,
        only_changed=run.how == MatchRun.How.CHANGES,
    )


def _merge_all(run: MatchRun) -> None:
    with locks.held(locks.match_worker(run.pk)) as free:
        if not free:
            raise locks.Busy(_("Another worker is at it."))
        run.refresh_from_db()
        by = run.asked_by
        if by is None or not by.is_active or not by.has_perm(MAY):
            runs.fail(run, _("Whoever asked for it may not do this any more."))
            return
        MatchRun.objects.filter(pk=run.pk).update(state=MatchRun.State.WORKING)
        while match := _next(run, by):
            _merge(run, match, by)
        runs.end(run)


def _next(run: MatchRun, by: User) -> Match | None:
    asked: dict[str, Any] = run.asked
    found = to_decide(reader=by, narrowing=Narrowing(band=asked.get("band", ""), kind=asked.get("kind", "")))
    found = found.filter(pk__in=asked["ids"]) if "ids" in asked else found.filter(pk__lte=asked["up_to"])
    if run.after:
        score, pk = run.after
        found = found.filter(score__lte=score).exclude(score=score, pk__gte=pk)
    return found.order_by("-score", "-pk").first()


def _merge(run: MatchRun, match: Match, by: User) -> None:
    """The one who is here longest survives."""
    run.after = [match.score, match.pk]
    try:
        with transaction.atomic():
            merge_match(pk=match.pk, survivor_id=match.left_id, values={}, by=by, now=timezone.now())
            _advance(run, "merged")
    except DomainError:
        _advance(run, "skipped")


def _advance(run: MatchRun, what: str) -> None:
    MatchRun.objects.filter(pk=run.pk).update(after=run.after, **{what: F(what) + 1})
