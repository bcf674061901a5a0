"""Who made a customer and changed what of it, of its people and of its tags."""

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.common.audit.changes import Change, differences
from crm.common.cells import url_of
from customers.identity.overview import FACTS, in_words, label_of
from customers.identity.people import PUT_BACK_WITHIN
from customers.models import Contact, Customer, CustomerTag, Merge, Relation
from customers.registry.history import of_events, told
from customers.registry.page import Happened, Reader

_OWNER: Final = "(SELECT coalesce(nullif(u.name, ''), u.email) FROM accounts_user u WHERE u.id = {id})"
_TEAM: Final = "(SELECT t.name FROM accounts_team t WHERE t.id = {id})"
# One who was absorbed is called what they were called then.
_NAME: Final = """coalesce((SELECT c.name FROM customers_customer c WHERE c.id = {id}),
(SELECT m.name FROM customers_merge m WHERE m.absorbed_id = {id} AND m.undone_at IS NULL))"""
_THEN: Final = "(coalesce(next.row, today.row) ->> '{column}')::bigint"
# A tag that is gone is called what it was called last.
_TAG: Final = """coalesce((SELECT t.name FROM customers_tag t WHERE t.id = f.tag_id),
(SELECT e.name FROM customers_tagevent e WHERE e.pgh_obj_id = f.tag_id ORDER BY e.pgh_id DESC LIMIT 1))"""


def of_customer(row: Happened, _reader: Reader) -> Change:
    if row.facts["label"] == "insert":
        return told(row, _("There again") if row.facts["came_back"] else _("Created"))
    if row.facts["label"] == "delete":
        return told(row, _("Became one with another customer"))
    labels = {name: label_of(name) for name in ("name", *FACTS, "owner", "team")}
    before, after = _in_words(row.facts, "before"), _in_words(row.facts, "after")
    return told(row, differences(before, after, labels) or _("Changed"))


def _in_words(facts: dict[str, Any], when: str) -> dict[str, Any]:
    """With what is kept as a key called as people call it."""
    row = facts[when] or {}
    named = {name: in_words(name, row.get(name) or "") for name in FACTS}
    return {**row, **named, "owner": facts[f"owner_{when}"], "team": facts[f"team_{when}"]}


def of_person(row: Happened, reader: Reader) -> Change:
    facts = row.facts
    before, after = facts["before"], facts["after"] or {}
    if facts["label"] == "update":
        return _of_changed_person(row, before, after, reader)
    words = _("Person added: %(name)s") if facts["label"] == "insert" else _("Person deleted: %(name)s")
    return told(row, words % {"name": before["name"]})


def _of_changed_person(row: Happened, before: dict[str, Any], after: dict[str, Any], reader: Reader) -> Change:
    name = {"name": before["name"]}
    if before["customer_id"] != after["customer_id"]:
        return told(row, _("Person given to another customer: %(name)s") % name)
    if not before["removed_at"] and after["removed_at"]:
        return told(row, _("Person removed: %(name)s") % name, undo_url=_undo_url(row, after, reader))
    if before["removed_at"] and not after["removed_at"]:
        return told(row, _("Person put back: %(name)s") % name)
    labels = {field: f"{before['name']}, {_called(field)}" for field in ("name", "job_title", "phone", "email")}
    labels["is_primary"] = f"{before['name']}, {_('first to ask for')}"
    return told(row, differences(before, after, labels) or _("Person changed: %(name)s") % name)


def _called(field: str) -> str:
    return str(Contact._meta.get_field(field).verbose_name)  # type: ignore[union-attr] # noqa: SLF001 (Django's documented name)


def _undo_url(row: Happened, after: dict[str, Any], reader: Reader) -> str:
    """The tab *People* offers it as long."""
    removed_at = parse_datetime(after["removed_at"])
    fresh = removed_at is not None and timezone.now() - removed_at < PUT_BACK_WITHIN - timedelta(seconds=5)
    is_open = fresh and row.facts["is_last"] and reader.has_perm("customers.change_customer")
    return f"{url_of('customers:people', after['customer_id'])}#removed" if is_open else ""


def of_tag(row: Happened, _reader: Reader) -> Change:
    words = {
        "insert": _("Tag put on: %(tag)s"),
        "delete": _("Tag taken off: %(tag)s"),
    }.get(row.facts["label"], _("Tag given to another customer: %(tag)s"))
    return told(row, words % {"tag": row.facts["tag"] or "–"})


def of_merge(row: Happened, _reader: Reader) -> Change:
    before, after = row.facts["before"], row.facts["after"] or {}
    name = {"name": row.facts["name"], "id": before["absorbed_id"]}
    is_link, is_undone = before["how"] == Merge.How.LINK, not before["undone_at"] and bool(after.get("undone_at"))
    if row.facts["label"] == "insert":
        if before["undone_at"]:
            return told(row, _("Typed in beside this one, with the same key: %(name)s (%(id)d)") % name)
        words = _("Record linked: %(name)s") if is_link else _("Merged with: %(name)s (%(id)d)")
        return told(row, words % name)
    if is_undone and is_link:
        return told(row, _("Record split off: %(name)s (%(id)d)") % name)
    if is_undone:
        return told(row, _("No longer merged with: %(name)s (%(id)d)") % name)
    return told(row, _("The merge with %(name)s (%(id)d) is now of another customer") % name)


def of_relation(row: Happened, _reader: Reader) -> Change:
    """As the one of whom it was said."""
    return _related(row, _("Subsidiary of: %(name)s (%(id)d)"), _("No longer a subsidiary of: %(name)s (%(id)d)"))


def of_relation_to(row: Happened, _reader: Reader) -> Change:
    """As the other."""
    return _related(row, _("Parent company of: %(name)s (%(id)d)"), _("No longer parent company of: %(name)s (%(id)d)"))


def _related(row: Happened, parent: str, no_longer: str) -> Change:
    said = {
        Relation.Kind.PARENT: (parent, no_longer),
        Relation.Kind.HOUSEHOLD: (
            _("Same household as: %(name)s (%(id)d)"),
            _("Other household than: %(name)s (%(id)d)"),
        ),
        Relation.Kind.BUYER: (_("Same buyer as: %(name)s (%(id)d)"), _("Other buyer than: %(name)s (%(id)d)")),
    }
    words = said[Relation.Kind(row.facts["before"]["kind"])][row.facts["label"] == "delete"]
    return told(row, words % {"name": row.facts["other"] or "–", "id": row.facts["other_id"]})


CUSTOMER: Final = of_events(
    Customer, of_customer, customer="f.pgh_obj_id",
    facts={
        "owner_before": _OWNER.format(id="f.owner_id"),
        "owner_after": _OWNER.format(id=_THEN.format(column="owner_id")),
        "team_before": _TEAM.format(id="f.team_id"),
        "team_after": _TEAM.format(id=_THEN.format(column="team_id")),
        "came_back": "EXISTS (SELECT FROM customers_customerevent x"
        " WHERE x.pgh_obj_id = f.pgh_obj_id AND x.pgh_id < f.pgh_id)",
    },
)  # fmt: skip
MERGES: Final = of_events(Merge, of_merge, customer="f.survivor_id", facts={"name": "today.row ->> 'name'"})
RELATED: Final = of_events(Relation, of_relation, facts={"other": _NAME.format(id="f.to_id"), "other_id": "f.to_id"})
RELATED_TO: Final = of_events(
    Relation, of_relation_to, customer="f.to_id",
    facts={"other": _NAME.format(id="f.customer_id"), "other_id": "f.customer_id"},
)  # fmt: skip
PEOPLE: Final = of_events(Contact, of_person)
TAGS: Final = of_events(CustomerTag, of_tag, facts={"tag": _TAG})
