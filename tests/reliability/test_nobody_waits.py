"""While long work runs, people read pages and write, on the very customers it touches: none waits for a lock."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from psycopg.types.range import Range

from accounts.domain.notices import mark_all_read
from accounts.models import User
from crm.common.versions import ChangedMeanwhile, version
from customers.identity.editing import change_customer, create_customer
from customers.identity.following_customers import follow, unfollow
from customers.identity.survivorship import FIELDS
from customers.identity.tasks import settle_trust
from customers.identity.telling_followers import tell_followers
from customers.identity.trust import save_system
from customers.interactions.recording import log_interaction
from customers.interactions.to_do.completing import complete_task
from customers.interactions.to_do.digest import send_digests
from customers.interactions.to_do.reminding import remind
from customers.models import (
    Customer,
    CustomerFigures,
    Follow,
    Interaction,
    Order,
    OrderLine,
    SourceSystem,
    Task,
    Tier,
    TierAssignment,
)
from customers.tiers.tiering import retier
from customers.trade.figures import refresh_figures
from metrics.engine.checking import check
from metrics.engine.months import keep_all
from metrics.engine.recomputing import recompute
from tests.conftest import ClientFor, UserFor
from tests.customers.importing.files import load, write_csv
from tests.customers.page.bulk.asked import begun, done, taken_back
from tests.factories.accounts import UserFactory
from tests.factories.notes import TagFactory
from tests.threads import begin
from tests.waits import watched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.reliability]

CUSTOMERS = 4_000
LONGEST_S, LONGEST_BY_THE_CLOCK_S = 0.2, 2.0
HEADERS = "external_id,name,email,phone,city"


def customers(folder: Path, city: str) -> Path:
    rows = [[n, f"Customer {n}", f"c{n}@x.org", f"030 7{n:06}", city] for n in range(CUSTOMERS)]
    return write_csv(folder / f"{city}.csv", HEADERS, rows)


def import_again(folder: Path) -> None:
    load("customers", customers(folder, "Rome"), source="crm")


def import_contacts_with_them(folder: Path) -> None:
    rows = [[n, n % CUSTOMERS, "phone", "2024-01-01 09:00"] for n in range(8_000)]
    file = write_csv(folder / "i.csv", "external_id,customer_external_id,channel,occurred_at", rows)
    load("interactions", file, source="crm")


def decide_tiers(_folder: Path) -> None:
    assert retier().downgraded >= CUSTOMERS


def trust_another(_folder: Path) -> None:
    system = SourceSystem.objects.get(key="crm")
    system.rank += 1
    save_system(system=system)
    settle_trust()


def recompute_all(_folder: Path) -> None:
    """What has changed, then everything."""
    recompute()
    recompute(full=True)
    keep_all()


def check_at_night(_folder: Path) -> None:
    """Nearly everybody's last contact is wrong: the contacts were written behind everybody's back."""
    assert check().found[0]["count"] > CUSTOMERS // 2


def refresh_all_figures(_folder: Path) -> None:
    """Everybody has bought something."""
    now, found = timezone.now(), Customer.objects.values_list("pk", flat=True)
    bought = {"status": "placed", "placed_at": now, "amount": 9, "amount_company": 9}
    orders = Order.objects.bulk_create(Order(customer_id=pk, **bought) for pk in found)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, quantity=1, unit_price=9, amount_company=9, day=now.date()) for order in orders
    )
    refresh_figures()
    assert CustomerFigures.objects.filter(revenue=9).count() >= CUSTOMERS


def do_to_everybody(_folder: Path) -> None:
    """And take it back."""
    by, tag = UserFactory.create(is_superuser=True), TagFactory.create()
    for action, parameters in (("assign_owner", {"owner_id": by.pk}), ("add_tag", {"tag": tag.pk})):
        job = taken_back(done(begun(action, by, **parameters)), by)
        assert job.done >= job.changed >= CUSTOMERS


def tell_everything(_folder: Path) -> None:
    """Somebody follows everybody, and is to call each of them."""
    user, now = User.objects.get(email="service@test.example"), timezone.now()
    found = Customer.objects.values_list("pk", flat=True)
    theirs = {"since": now - timedelta(hours=1), "told_until": now - timedelta(hours=1)}
    Follow.objects.bulk_create((Follow(user=user, customer_id=pk, **theirs) for pk in found), ignore_conflicts=True)
    Task.objects.bulk_create(
        Task(what="Call", due_on=now.date(), due_time=now.time(), due_at=now, assignee=user, customer_id=pk)
        for pk in found
    )
    assert tell_followers(now=timezone.now()) > CUSTOMERS // 2
    assert remind(now=timezone.now()) > CUSTOMERS // 2
    assert send_digests(now=now.replace(hour=7)) == 1


def save(customer: Customer, **fields: str) -> None:
    """As a person does who is told that the import has changed the customer just now: once more."""
    customer.refresh_from_db()
    try:
        change_customer(customer=customer, fields=fields, seen=version(customer, FIELDS))
    except ChangedMeanwhile:
        save(customer, **fields)


def work_a_little(number: int, *, client: Client, user: User) -> None:
    """What a person does: read, log, change, create."""
    in_crm = {"source_records__system__key": "crm", "source_records__external_id": str(number * 37 % CUSTOMERS)}
    customer = Customer.objects.get(**in_crm, link_key__isnull=False)
    assert client.get(customer.get_absolute_url()).status_code == 200
    assert client.get("/customers/?q=customer").status_code == 200
    log_interaction(customer=customer, channel="phone", direction="in", by=user, now=timezone.now())
    save(customer, industry=f"i{number}")
    create_customer(fields={"name": f"Typed {number}", "email": f"typed{number}@x.org"})
    unfollow(customer=customer, user=user)
    follow(customer=customer, user=user, now=timezone.now())
    for task in Task.objects.filter(customer=customer):
        complete_task(task=task, by=user, now=timezone.now())
    mark_all_read(user=user, until=timezone.now(), now=timezone.now())


@pytest.fixture
def known(tmp_path: Path) -> None:
    load("customers", customers(tmp_path, "Berlin"), source="crm")
    best, since = Tier.objects.get(rank=1), Range(date(2026, 1, 1), None)
    TierAssignment.objects.all().delete()  # those they started in
    TierAssignment.objects.bulk_create(
        TierAssignment(customer=customer, tier=best, valid=since) for customer in Customer.objects.all()
    )
    Customer.objects.update(tier=best)
    long_ago = timezone.now() - timedelta(days=400)
    Interaction.objects.bulk_create(
        Interaction(customer=customer, channel="phone", occurred_at=long_ago, tier=best)
        for customer in Customer.objects.all()
    )


@pytest.mark.parametrize(
    "works",
    [
        (check_at_night, recompute_all, decide_tiers),
        (trust_another, import_contacts_with_them, import_again),
        (refresh_all_figures, do_to_everybody, tell_everything),
    ],
    ids=lambda works: works[-1].__name__,
)
def test_nobody_waits(
    works: tuple[Callable[[Path], None], ...], known: None, tmp_path: Path, client_for: ClientFor, user_for: UserFor
) -> None:
    """One after another; what people have done meanwhile is all there."""
    client, user, done, too_long = client_for("manager"), user_for("service"), 0, {}
    for work in works:
        before = done
        with watched() as waits:
            long_work = begin(partial(work, tmp_path))
            waits.held_by(long_work)
            try:
                while long_work.is_alive() or done == before:
                    work_a_little(done, client=client, user=user)
                    done += 1
            finally:
                long_work.join()
        if waits.longest > LONGEST_S or waits.by_the_clock > LONGEST_BY_THE_CLOCK_S:
            too_long[work.__name__] = waits.longest, waits.by_the_clock
    assert too_long == {}
    assert Interaction.objects.filter(agent=user).count() == done
    assert Customer.objects.filter(industry__startswith="i").count() == done
