"""A person who has been through all there is, and then every row of every table read as text."""

from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts.models import SavedView
from accounts.sessions import SessionStore
from crm.common.audit.acting import acting
from crm.common.versions import version
from customers.identity.contacts import add_contact, change_contact, make_primary, remove_contact, restore_contact
from customers.identity.editing import change_customer
from customers.identity.following_customers import follow
from customers.identity.hygiene.confirming import confirm_customer
from customers.identity.hygiene.following import follow_at_once
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.undoing import undo_merge
from customers.identity.ordering import FIELDS
from customers.identity.owning import assign_owner
from customers.identity.privacy import asking, exporting
from customers.identity.privacy.subjects import find_subject
from customers.identity.relating.relating import part, relate
from customers.identity.releasing import put_back, release
from customers.identity.reviewing.deciding import merge_pair, put_off, say_different
from customers.identity.tagging import add_tag
from customers.identity.visiting import record_visit
from customers.interactions.correcting import correct_interaction
from customers.interactions.noting import add_note, change_note, delete_note, deleted_notes, restore_note
from customers.interactions.recording import FollowUp, log_interaction
from customers.interactions.to_do.completing import complete_task
from customers.interactions.to_do.removing import delete_task
from customers.models import Customer, FeedFile, ImportBatch, Match, Merge, Task
from tests.conftest import NOON, ClientFor, UserFor
from tests.customers.identity.privacy.world import (
    HEADERS,
    PLANTED,
    ROW,
    add_everything,
    erased,
    found_in_files,
    is_planted,
)
from tests.customers.importing.api.asking import Asking
from tests.customers.importing.feeds.world import feed_of
from tests.customers.importing.files import load, write_csv
from tests.factories.accounts import SavedViewFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import FeedFileFactory, ImportBatchFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

NAME, MAIL, PHONE, SECRET = "Zebulon Quixworth 祖布伦", "zeb.quix@planted.example", "0171 8765432", "PLANTED-SECRET"
LEFT: Final = {
    "public.accounts_savedview": "whoever made it is to change it; the request says how many there are",
    "public.accounts_savedviewevent": "its history",
    "public.customers_importbatch": "what a file was called, which its history keeps",
    "public.customers_importbatchevent": "the same",
    "public.customers_feedfile": "what a file is called, by which it is known",
}
"""Table → why a value may stay there, as docs/privacy.md says."""


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"


def dumped() -> dict[str, list[str]]:
    """Every row of every table, those of the staging schema too; sessions as they are read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'staging') ORDER BY 1"
        )
        tables = [table for (table,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            found[table] = [row for (row,) in cursor.fetchall()]
    store = SessionStore()
    found["sessions"] = [str(store.decode(one.session_data)) for one in Session.objects.all()]
    return found


def named(planted: tuple[str, ...]) -> dict[str, list[str]]:
    found = {table: [row[:300] for row in rows if is_planted(row, planted)] for table, rows in dumped().items()}
    return {table: rows for table, rows in found.items() if rows}


def brought(folder: Path) -> Customer:
    """By a file, by the API and by another file, which find each other by the key; with rows that name them."""
    load("customers", write_csv(folder / "people.csv", HEADERS, [ROW, [*ROW[:7], "no date", SECRET]]))
    Asking("till").batch("customers", {"external_id": "zq-4711-id", "kind": "person", "name": NAME, "tax_id": ROW[3]})
    zeb = Customer.objects.get(tax_id="DE811907980")
    contacts = "external_id,customer_external_id,name,job_title,email,phone,remark"
    load(
        "contacts",
        write_csv(folder / "k.csv", contacts, [["k1", "zq-4711-id", "Quixworth junior", SECRET, MAIL, PHONE, SECRET]]),
    )
    orders = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price,ship_to"
    load("orders", write_csv(folder / "o.csv", orders, [["o1", "zq-4711-id", "2026-01-01", "P", 1, 2, NAME]]))
    answers = "external_id,survey,customer_external_id,answered_at,value,comment"
    load(
        "survey_answers", write_csv(folder / "s.csv", answers, [["s1", "csat", "zq-4711-id", "2026-01-02", 4, SECRET]])
    )
    spoken = "external_id,customer_external_id,channel,occurred_at,contact_value,subject,body,to"
    rows = [
        ["i1", "zq-4711-id", "email", "2026-01-03T10:00", MAIL, SECRET, SECRET, NAME],
        ["i2", "", "phone", "2026-01-04T10:00", PHONE, "", SECRET, ""],
    ]
    load("interactions", write_csv(folder / "i.csv", spoken, rows))
    repairs = "external_id,customer_external_id,opened_at,description"
    load("repairs", write_csv(folder / "r.csv", repairs, [["r1", "zq-4711-id", "2026-01-05T10:00", SECRET]]))
    (folder / "queue_log").write_text(f"1767600000|9.9|sales|NONE|ENTERQUEUE||{PHONE}|1\n")
    load("calls", folder / "queue_log", source="pbx")
    return zeb


def worked_with(zeb: Customer, user_for: UserFor) -> Customer:
    """By people: typed, released, merged, taken apart, related, noted, logged."""
    by, now = user_for("administrator"), NOON
    with acting(user=by.pk):
        zeb = change_customer(customer=zeb, fields={"city": "Quixworth", "industry": SECRET}, seen=version(zeb, FIELDS))
        zeb = release(customer=zeb, field="city", seen=version(zeb, FIELDS), by=by, now=now)
        zeb = put_back(customer=zeb, field="city", by=by)
        zeb = release(customer=zeb, field="industry", seen=version(zeb, FIELDS), by=by, now=now)
        double, other, third = (
            CustomerFactory.create(kind="person", name=f"{SECRET} {n}", email=MAIL) for n in range(3)
        )
        merge_customers(survivor=zeb, absorbed=double, by=by, now=now)
        undone = merge_customers(
            survivor=zeb, absorbed=CustomerFactory.create(kind="person", name="Ada"), by=by, now=now
        )
        undo_merge(merge=undone, by=by, now=now)
        merge_pair(left=zeb, right=other, survivor_id=zeb.pk, values={"region": SECRET}, by=by, now=now)
        merge_customers(survivor=zeb, absorbed=third, by=by, now=now)
        for state in (say_different, put_off):
            neighbour = CustomerFactory.create(kind="person", name="Neighbour")
            left, right = sorted((zeb.pk, neighbour.pk))
            evidence = [{"key": "name", "level": "near", "weight": 1, "left": NAME, "right": "neighbour"}]
            match = Match.objects.create(
                left_id=left, right_id=right, kind="person", score=0.9, evidence=evidence, proposed_at=now
            )
            state(pk=match.pk, by=by, now=now)
            relate(customer=zeb, to=neighbour, kind="household", by=by, now=now)
        part(customer=zeb, kind="household", by=by, now=now)
        zeb.refresh_from_db()
        confirm_customer(customer=zeb, by=by, now=now, seen=version(zeb, FIELDS))
        follow_at_once(zeb.pk)
        friend = add_contact(customer=zeb, fields={"name": f"{NAME} senior", "phone": PHONE}, is_primary=True)
        change_contact(contact=friend, fields={"email": MAIL, "job_title": SECRET}, is_primary=True)
        make_primary(contact=friend)
        remove_contact(contact=friend, now=now)
        restore_contact(contact=friend)
        add_tag(customer=zeb, name="VIP", may_make=True)
        follow(customer=zeb, user=by, now=now)
        record_visit(user=by, customer=zeb, now=now)
        assign_owner(customer=zeb, owner=UserFactory.create(), team=None, by=by, now=now)
        _spoken(zeb, by)
    return zeb


def _spoken(zeb: Customer, by: Any) -> None:
    now = NOON
    told = UserFactory.create(email="told@staff.example")
    note = add_note(customer=zeb, body=f"@{told.email} {SECRET} of {NAME}", by=by, now=now, is_pinned=True)
    change_note(note=note, body=f"{SECRET} again", is_pinned=False, by=by, now=now)
    delete_note(note=note)
    restore_note(event=deleted_notes(zeb, now=timezone.now())[0])
    delete_note(note=note)
    follow_up = FollowUp(what=f"Ring {NAME}", assignee=told)
    spoken = log_interaction(
        customer=zeb, channel="phone", direction="in", by=by, now=now, notes=SECRET, follow_up=follow_up
    )
    spoken.body = f"{SECRET} corrected"
    correct_interaction(interaction=spoken, by=by, now=now)
    first, *_rest = Task.objects.filter(customer=zeb, done_at=None)
    complete_task(task=first, by=by, now=now)
    if (open_one := Task.objects.filter(customer=zeb, done_at=None).first()) is not None:
        delete_task(task=open_one, by=by, now=now)


def test_no_value_is_left_in_any_table(tmp_path: Path, user_for: UserFor, client_for: ClientFor) -> None:
    zeb = brought(tmp_path)
    add_everything(zeb)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL crm.bulk = ''")  # the imports' transactions are this test's
    worked_with(zeb, user_for)
    by = user_for("administrator")
    feed = feed_of(tmp_path, error=f"“{NAME}” is no date", headers=[NAME])
    FeedFileFactory.create(feed=feed, error=f"“{MAIL}” is no date")
    FeedFile.objects.update(name=f"{NAME}.csv")
    SavedViewFactory.create(search=NAME)
    ImportBatchFactory.create(filename=f"{NAME}.csv", state="done")
    client = client_for("sales")
    client.get(f"/customers/?q={NAME}")
    client.get(zeb.get_absolute_url())
    session = client.session
    session["deleted_view"] = {"search": NAME}
    session.save()
    asked = asking.ask_export(subject=find_subject(customer_id=zeb.pk), by=by, now=NOON)
    exporting.run(pk=asked.pk)
    planted = (*PLANTED, "Quixworth")
    before = named(planted)
    assert set(before) >= FULL, sorted(FULL - set(before))
    request = erased(Customer.objects.get(pk=zeb.pk), by)
    assert (request.state, request.error) == ("done", "")
    left = named(planted)
    assert "\n".join(f"{table}: {row}" for table, rows in left.items() if table not in LEFT for row in rows) == ""
    assert sorted(set(LEFT) - set(left)) == []
    assert found_in_files(planted) == []
    assert request.counts["views"] == SavedView.objects.filter(search=NAME).count() == 1
    assert Merge.objects.filter(survivor_id=zeb.pk, undone_at=None).count() >= 3
    assert not ImportBatch.objects.filter(error__contains="Quixworth").exists()


FULL: Final = {
    f"public.{table}"
    for table in (
        "customers_customer", "customers_customerevent", "customers_contact", "customers_contactevent",
        "customers_contactpoint", "customers_sourcerecord", "customers_merge", "customers_match",
        "customers_note", "customers_noteevent", "customers_attachment", "customers_task", "customers_taskevent",
        "customers_interaction", "customers_interactionevent", "customers_call", "customers_callevent",
        "customers_repair",
        "service_surveyanswer", "accounts_notice", "customers_importreject", "customers_parkedrow", "common_outboxmail",
        "django_admin_log", "customers_feed", "customers_feedfile", "customers_customerspelling", "accounts_savedview",
    )
}  # fmt: skip
"""Tables of which the test is worth nothing unless they name the person before."""
