"""Files that hold something of a person: their own, and copies of what was imported and exported."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common import locks
from customers.identity.privacy.needles import Needles
from customers.identity.privacy.subjects import Subject
from customers.importing import batches, expiring, rejects, staging, uploads
from customers.importing.registry import get_spec
from customers.importing.tabular import BrokenRow, open_table
from customers.models import Customer, ImportBatch, PrivacyRequest
from customers.registry.personal import holdings

_COLUMNS: Final = "SELECT * FROM {table} f WHERE {whose}"


def folder() -> Path:
    """Where exports of all that is held on a person lie."""
    return Path(settings.VAR_DIR) / "privacy"


def delete_own(subject: Subject) -> int:
    """What was kept with them, also what was deleted and could be put back; and copies that they asked for."""
    paths = [path for _row, path in _own(subject, with_deleted=True)]
    paths += [path for copy in _exports(subject) for path in copy.glob("*")]
    return sum(_delete(path) for path in paths)


def own_files(subject: Subject) -> Iterator[tuple[str, Path]]:
    """Those that are there, by their names."""
    yield from ((str(row["name"]), path) for row, path in _own(subject, with_deleted=False) if path.is_file())


def _own(subject: Subject, *, with_deleted: bool) -> Iterator[tuple[dict[str, Any], Path]]:
    for holding in holdings():
        whose = holding.whose(is_contact=subject.is_contact)
        if holding.files and whose:
            event = holding.model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]  # noqa: SLF001
            for table in (holding.table, event) if with_deleted else (holding.table,):
                yield from ((row, holding.files(row)) for row in _rows(table, whose, subject))


def _rows(table: str, whose: str, subject: Subject) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS.format(table=table, whose=whose), subject.ids)
        names = [column.name for column in cursor.description or ()]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _exports(subject: Subject) -> Iterator[Path]:
    """Their folders; and what is being written, or a killed worker left, of others."""
    found = PrivacyRequest.objects.filter(customer_id__in=subject.ids["customers"], what=PrivacyRequest.What.EXPORT)
    if subject.contact:
        found = found.filter(contact_id__in=[subject.contact.pk])
    for pk, stored in found.values_list("pk", "stored"):
        yield from [folder() / stored] if stored else folder().glob(f"{pk}-*.part")


def delete_copies(needles: Needles) -> int:
    """Uploads that were imported, lists of rejects and exports that hold a row which names the person; and what
    cannot be read any more. Raises `locks.Busy` while an import of such a file is not over.
    """
    if any(_holds(rows, needles) for _path, rows in _uploads(unfinished=True)):
        raise locks.Busy(_("An import of a file that names them is not over."))
    found = sum(_delete(path) for path, rows in _uploads(unfinished=False) if _holds(rows, needles))
    found += sum(_delete(path) for path in expiring.orphans(before=timezone.now() - expiring.UNFINISHED_UPLOAD))
    for path in (*rejects.folder().glob("*.csv"), *(Path(settings.VAR_DIR) / "exports").glob("*-*.*")):
        found += _delete(path) if _holds(_table(path), needles) else 0
    return found


Rows = Callable[[], Iterator[str]]


def _uploads(*, unfinished: bool) -> Iterator[tuple[Path, Rows]]:
    known: dict[str, Any] = {}
    for batch in ImportBatch.objects.exclude(path="").order_by("pk"):
        known.setdefault(batch.path, []).append(batch)
    for path in sorted(uploads.folder().glob("*")):
        of = known.get(str(path), [])  # one of no import may be on its way in, and goes after a day whatever it holds
        if of and any(batch.state in batches.UNFINISHED for batch in of) == unfinished:
            yield path, _of_batch(of[-1])


def _of_batch(batch: ImportBatch) -> Rows:
    def rows() -> Iterator[str]:
        with staging.open_source(batch, get_spec(batch.kind)) as table:
            for row in table.rows:
                yield "\n".join(row.row.values()) if isinstance(row, BrokenRow) else "\n".join(row[1])

    return rows


def _table(path: Path) -> Rows:
    def rows() -> Iterator[str]:
        with open_table(path) as table:
            for row in table.rows:
                yield "\n".join(row.row.values()) if isinstance(row, BrokenRow) else "\n".join(row[1])

    return rows


def _holds(rows: Rows, needles: Needles) -> bool:
    """What cannot be read is taken to hold it."""
    try:
        return any(needles.are_in_row(text) for text in rows())
    except Exception:  # noqa: BLE001 - whatever a reader of foreign files may raise
        return True


def delete_kept_look() -> None:
    from customers.identity.matching import kept  # noqa: PLC0415 - heavy: splink

    kept.forget(Customer.Kind.PERSON)


def _delete(path: Path) -> int:
    if not path.is_file():
        return 0
    path.unlink(missing_ok=True)
    return 1
