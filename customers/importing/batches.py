"""Imports: a file becomes an `ImportBatch`, is mapped, queued and run; killed at any point it is run again.

Phase one stages the file (`customers.importing.staging`); phase two applies it in chunks, one transaction each, in
which the counters move with the facts (`customers.importing.applying`). So starting again loses nothing and doubles
nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.core.files.base import File
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import faults, locks
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from customers.importing import applying, opening, staging, uploads
from customers.importing import mapping as mappings
from customers.importing.naming import as_import
from customers.importing.registry import ImportSpec, get_spec
from customers.models import ImportBatch, SourceSystem

log = structlog.get_logger(__name__)

# What trying again would not mend: these end the import, others leave it to the sweeper.
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError, SyntaxError, DataError, IntegrityError)
UNFINISHED = (ImportBatch.State.QUEUED, ImportBatch.State.STAGING, ImportBatch.State.APPLYING)


class BadSourceName(DomainError):
    """The name of a source system gives no key."""


class AlreadyStarted(DomainError):
    """The import was queued before; its mapping cannot change any more."""


class ImportFailed(DomainError):
    """Something in the file, or in how it is read, cannot be dealt with; the log has the details."""


def find_or_make_system(*, name: str) -> SourceSystem:
    """The source system of that name or key, made when new; raises `BadSourceName`."""
    key = slugify(name, allow_unicode=True)[:50]
    if not key:
        raise BadSourceName(_("“%(name)s” is no name for a source.") % {"name": name})
    return SourceSystem.objects.get_or_create(key=key, defaults={"name": name[:100]})[0]


def create_batch(*, file: "File[bytes] | Path", system: SourceSystem, kind: str, by: User | None = None) -> ImportBatch:
    """Take a file: an upload is stored under a random name, a path is read where it lies. Nothing is read yet.

    Raises `UnknownKind`, `FileTooLarge`, `NoSpace`, or `Unreadable` for a path that is no file.
    """
    get_spec(kind)
    path, filename = (
        (file.resolve(), file.name) if isinstance(file, Path) else (uploads.store(file), Path(file.name or "").name)
    )
    if not path.is_file():
        raise opening.Unreadable(_("There is no file “%(path)s”.") % {"path": path})
    return ImportBatch.objects.create(
        system=system,
        kind=kind,
        path=str(path),
        filename=filename[:255] or path.name,
        bytes_total=path.stat().st_size,
        fingerprint=_fingerprint(path),
        created_by=by,
    )


def load_file(*, kind: str, path: Path, source: str, mapping: dict[str, Any], dry_run: bool = False) -> ImportBatch:
    """Import a file in this process. What an earlier, killed run of the same file left is finished, not begun anew.

    Raises a `DomainError` when it cannot be done.
    """
    get_spec(kind)
    if not path.is_file():
        raise opening.Unreadable(_("There is no file “%(path)s”.") % {"path": path})
    system = find_or_make_system(name=source)
    batch = _find_unfinished(system, kind, path, mapping, dry_run=dry_run)
    if batch is None:
        batch = create_batch(file=path, system=system, kind=kind)
        try:
            enqueue(batch=batch, mapping=mapping, dry_run=dry_run)
        except DomainError as error:
            fail(batch, str(error))
            raise
    return run(batch=batch)


def _find_unfinished(
    system: SourceSystem, kind: str, path: Path, mapping: dict[str, Any], *, dry_run: bool
) -> ImportBatch | None:
    return ImportBatch.objects.filter(
        system=system,
        kind=kind,
        path=str(path.resolve()),
        fingerprint=_fingerprint(path),
        mapping=mapping,
        dry_run=dry_run,
        state__in=UNFINISHED,
    ).last()


def _fingerprint(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size} {stat.st_mtime_ns}"


def enqueue(*, batch: ImportBatch, mapping: dict[str, Any], dry_run: bool, headers: list[str] | None = None) -> None:
    """Ready to be run, by whoever finds it; the file is not opened again by who knows its `headers`.

    Raises `MappingError` when the mapping does not fit, `AlreadyStarted`.
    """
    spec = get_spec(batch.kind)
    batch.mapping = mapping
    if not spec.read:
        mappings.resolve(mapping, spec=spec, headers=_headers(batch, spec) if headers is None else headers)
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, shared=[locks.ZONE])
        changed = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.UPLOADED).update(
            mapping=mapping, dry_run=dry_run, state=ImportBatch.State.QUEUED
        )
    if not changed:
        raise AlreadyStarted(_("This import was started before."))
    batch.refresh_from_db()


def _headers(batch: ImportBatch, spec: ImportSpec) -> list[str]:
    with staging.open_source(batch, spec) as table:
        return table.headers


def run(*, batch: ImportBatch) -> ImportBatch:
    """Do what is left of the import. Raises `locks.Busy` when others are at it or in its way, else its `DomainError` on
    failure.
    """
    with _alone(batch), as_import(batch):
        batch.refresh_from_db()
        if batch.state not in UNFINISHED:
            return batch
        try:
            _continue(batch)
        except locks.Busy:  # the sweeper tries again
            raise
        except DomainError as error:
            fail(batch, str(error))
            raise
        except FAULTS as error:
            log.exception("import failed", batch=batch.pk)
            words = _("The import failed: %(error)s") % {"error": faults.said(error)}
            fail(batch, words)
            raise ImportFailed(words) from error
    facts_changed()
    return batch


def _continue(batch: ImportBatch) -> None:
    if batch.state != ImportBatch.State.APPLYING or not staging.is_complete(batch):
        _stage(batch)
    applying.apply_rest(batch)
    batch.state = ImportBatch.State.DONE
    batch.finished_at = timezone.now()
    batch.save(update_fields=["state", "finished_at"])
    staging.drop(batch)


def _stage(batch: ImportBatch) -> None:
    """Read the file. Chunks applied before a database crash emptied the table stay applied: rows fall as before."""
    if batch.state == ImportBatch.State.QUEUED:
        batch.started_at = timezone.now()
    batch.state = ImportBatch.State.STAGING
    batch.save(update_fields=["state", "started_at"])
    staging.stage(batch)
    batch.state = ImportBatch.State.APPLYING
    batch.save(update_fields=["state"])


def fail(batch: ImportBatch, error: str) -> None:
    """End the import; `error` is what its page says."""
    batch.state, batch.error, batch.finished_at = ImportBatch.State.FAILED, error, timezone.now()
    batch.save(update_fields=["state", "error", "finished_at"])
    staging.drop(batch)


@contextmanager
def _alone(batch: ImportBatch) -> Iterator[None]:
    """Hold the batch for this process; the lock dies with the process, so a killed worker blocks nobody."""
    with locks.held(locks.import_worker(batch.pk)) as free:
        if not free:
            raise locks.Busy(_("Another worker is at this import."))
        yield


def unfinished() -> list[int]:
    """Ids of the imports that were queued and are not done. `run` tells whether somebody is at one of them."""
    return list(ImportBatch.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("pk", flat=True))
