"""How a feed's files are mapped: by its own mapping, else as the last file of its source and kind was."""

from typing import Any

from customers.models import Feed, ImportBatch


def of_feed(feed: Feed) -> dict[str, Any]:
    return dict(feed.mapping) if feed.mapping is not None else of_source(feed)


def of_source(feed: Feed) -> dict[str, Any]:
    """That of the last import that went through; empty when there was none."""
    rows = ImportBatch.objects.filter(
        system=feed.system_id, kind=feed.kind, state=ImportBatch.State.DONE, dry_run=False
    )
    found = rows.exclude(mapping={}).order_by("-pk").values_list("mapping", flat=True).first()
    return dict(found or {})
