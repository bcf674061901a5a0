"""Every list of the product with rows to fill it: `test_lists` fails for one that has no entry here.

`fill` makes what the list shows in so many rows and returns the page's address; `queries` is what the page takes,
whatever the number of rows. The clock stands at 15 November 2026.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.models import User
from crm.common.days import today
from customers.identity import survivorship_views
from customers.identity.hygiene.following import refresh_hygiene
from customers.identity.ordering import FIELDS
from customers.importing import batches
from customers.models import Customer, Tier, TierPolicy
from metrics.kpis import get_kpi
from metrics.kpis.catalogue import MAIN
from metrics.models import Benefit, CostEntry, KpiTarget, OtherChange, Rollout
from metrics.pages import hygiene_page, kpi_views
from tests.conftest import NOON
from tests.factories.accounts import NoticeFactory, TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory, GroupMemberFactory, MatchFactory, MergeFactory
from tests.factories.importing import (
    ApiTokenFactory,
    FeedFactory,
    FeedFileFactory,
    ImportBatchFactory,
    ImportRejectFactory,
    ParkedRowFactory,
    SourceRecordFactory,
    SourceSystemFactory,
    SurvivorshipRuleFactory,
)
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import AttachmentFactory, CustomerTagFactory, NoteFactory, TagFactory
from tests.factories.privacy import PrivacyRequestFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, PaymentFactory, ProductFactory, RepairFactory
from tests.metrics import figures

CATEGORIES = ("licence", "hardware", "training")
SPOKEN_OF = ("csat", "asa", "aht")


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What a test has at hand: the code to change for its time, a folder for files."""

    patch: pytest.MonkeyPatch
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Listed:
    fill: Callable[[int, Kit], str]
    queries: int
    role: str = "manager"


def customers(rows: int, _kit: Kit) -> str:
    for customer in CustomerFactory.create_batch(rows, tier=Tier.objects.get(key="gold"), kind="person"):
        InvoiceFactory.create(customer=customer, due_on=today() - timedelta(days=3))
    return "/customers/"


def news(rows: int, _kit: Kit) -> str:
    """Customers that somebody else was in touch with since the reader looked."""
    manager = User.objects.get(email="manager@test.example")
    for customer in CustomerFactory.create_batch(rows, owner=manager, last_contact_at=NOON):
        InteractionFactory.create(customer=customer, occurred_at=NOON)
    return "/today/customers/"


def unmatched(rows: int, _kit: Kit) -> str:
    for contact in range(rows):
        team = TeamFactory.create()
        InteractionFactory.create(customer=None, contact_value=f"030 123456{contact}", purpose="repair", team=team)
    return "/today/unmatched/"


def orders(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    OrderFactory.create_batch(rows, customer=customer, lines=[("1", "10", None), ("2", "5", None)])
    return f"/customers/{customer.pk}/orders/"


def invoices(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    for number in range(rows):
        InvoiceFactory.create(customer=customer, due_on=today() - timedelta(days=number), paid=Decimal(5))
    return f"/customers/{customer.pk}/orders/"


def group(rows: int, _kit: Kit) -> str:
    top, *below = CustomerFactory.create_batch(rows)
    GroupMemberFactory.create(customer_id=top.pk)
    for customer in below:
        GroupMemberFactory.create(customer_id=customer.pk, root_id=top.pk, parent_id=top.pk)
    return f"/customers/{top.pk}/related/"


def repairs(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    for _repair in range(rows):
        RepairFactory.create(customer=customer, product=ProductFactory.create(), cost=Decimal(5))
    return f"/customers/{customer.pk}/repairs/"


def all_orders(rows: int, _kit: Kit) -> str:
    for customer in CustomerFactory.create_batch(rows):
        OrderFactory.create(customer=customer, lines=[("1", "10", None), ("2", "5", None)], team=TeamFactory.create())
    return "/orders/"


def all_invoices(rows: int, _kit: Kit) -> str:
    for number in range(rows):
        InvoiceFactory.create(due_on=today() - timedelta(days=number), paid=Decimal(5), order=OrderFactory.create())
    return "/invoices/?columns=number,customer,order,team,tier"


def order_lines(rows: int, _kit: Kit) -> str:
    return f"/orders/{OrderFactory.create(lines=[('2', '10', '4')] * rows).pk}/"


def payments(rows: int, _kit: Kit) -> str:
    invoice = InvoiceFactory.create()
    PaymentFactory.create_batch(rows, invoice=invoice, amount=Decimal(1))
    return f"/invoices/{invoice.pk}/"


def sources(rows: int, _kit: Kit) -> str:
    """One row a field that a source fills."""
    customer, said = CustomerFactory.create(), {"name": "Acme", "city": "Rome", "email": "a@acme.example"}
    for _source in range(rows):
        SourceRecordFactory.create(customer=customer, payload=dict(list(said.items())[:rows]))
    return f"/customers/{customer.pk}/sources/"


def survivorship_changes(rows: int, _kit: Kit) -> str:
    """Whoever is asked for a preview; the rows are what it would change."""
    for _customer in range(rows):
        customer = CustomerFactory.create(name="Acme")
        for name in ("Acme", "Acme & Sons"):
            SourceRecordFactory.create(customer=customer, payload={"name": name})
    return "/customers/survivorship/name/?preview=1&rule=longest"


def survivorship(rows: int, kit: Kit) -> str:
    """Of so many fields."""
    kit.patch.setattr(survivorship_views, "FIELDS", FIELDS[:rows])
    for field in FIELDS[:rows]:
        SurvivorshipRuleFactory.create(field=field, changed_by=UserFactory.create())
    return "/customers/survivorship/"


def joined(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    for _record in range(rows):
        SourceRecordFactory.create(customer=customer, payload={"name": "Acme"})
    return f"/customers/{customer.pk}/sources/"


def apart(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    MergeFactory.create_batch(rows, survivor_id=customer.pk, undone_at=NOON)
    return f"/customers/{customer.pk}/sources/"


def history(rows: int, _kit: Kit) -> str:
    """That the customer was made is the first row."""
    customer = CustomerFactory.create()
    for number in range(rows - 1):
        Customer.objects.filter(pk=customer.pk).update(name=f"Name {number}")
    return f"/customers/{customer.pk}/history/"


def people(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    for contact in ContactFactory.create_batch(rows, customer=customer, phone="030 123456", typed=["phone"]):
        SourceRecordFactory.create(kind="contacts", customer=customer, object_id=contact.pk)
    return f"/customers/{customer.pk}/people/"


def tags(rows: int, _kit: Kit) -> str:
    for tag in TagFactory.create_batch(rows):
        CustomerTagFactory.create(tag=tag)
    return "/tags/"


def files(rows: int, _kit: Kit) -> str:
    customer = CustomerFactory.create()
    AttachmentFactory.create_batch(rows, customer=customer)
    NoteFactory.create_batch(rows, customer=customer)
    return f"/customers/{customer.pk}/notes/"


def imports(rows: int, _kit: Kit) -> str:
    for _batch in range(rows):
        ImportBatchFactory.create(created_by=UserFactory.create(), state="done")
    return "/imports/"


def parked(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        batch = ImportBatchFactory.create()
        ParkedRowFactory.create(batch=batch, waits_for_system=batch.system)
    return "/imports/parked/"


def api_tokens(rows: int, _kit: Kit) -> str:
    ApiTokenFactory.create_batch(rows, created_by=UserFactory.create())
    return "/imports/tokens/"


def privacy_held(rows: int, _kit: Kit) -> str:
    """The person, and what else there is of them."""
    person = CustomerFactory.create(kind="person")
    for made in (NoteFactory, TaskFactory)[: rows - 1]:
        made.create(customer=person)
    return f"/customers/{person.pk}/privacy/"


def privacy_counts(rows: int, _kit: Kit) -> str:
    counts = dict.fromkeys(("files", "history", "mails")[:rows], 5)
    return f"/privacy/{PrivacyRequestFactory.create(state='done', counts=counts).pk}/"


def privacy_requests(rows: int, _kit: Kit) -> str:
    PrivacyRequestFactory.create_batch(rows, asked_by=UserFactory.create(), confirmed_by=UserFactory.create())
    return "/privacy/"


def feeds(rows: int, _kit: Kit) -> str:
    FeedFactory.create_batch(rows, owner=UserFactory.create())
    return "/imports/feeds/"


def feed_files(rows: int, _kit: Kit) -> str:
    feed = FeedFactory.create()
    for _row in range(rows):
        FeedFileFactory.create(feed=feed, batch=ImportBatchFactory.create(state="done"))
    return f"/imports/feeds/{feed.pk}/"


def rejects(rows: int, _kit: Kit) -> str:
    batch = ImportBatchFactory.create(state="done", rejected=rows)
    ImportRejectFactory.create_batch(rows, batch=batch)
    return f"/imports/{batch.pk}/"


def preview(rows: int, kit: Kit) -> str:
    file = kit.folder / "customers.csv"
    file.write_text("\n".join(["id,name", *(f"{number},Name" for number in range(rows))]))
    batch = batches.create_batch(file=file, system=SourceSystemFactory.create(), kind="customers")
    return f"/imports/{batch.pk}/map/"


def tiers(rows: int, _kit: Kit) -> str:
    TierPolicy.objects.update(published_at=None)  # it names all of them
    for tier in Tier.objects.order_by("rank")[rows:]:
        tier.delete()
    for tier in Tier.objects.all():
        CustomerFactory.create(tier=tier)
    return "/tiers/"


def baselines(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        figures.baseline("csat", team=TeamFactory.create(), signed_by=UserFactory.create())
    return "/kpis/csat/"


def targets(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        people = {"owner": UserFactory.create(), "set_by": UserFactory.create()}
        KpiTarget.objects.create(
            kpi="csat", value=Decimal("0.9"), due_on=date(2027, 1, 1), team=TeamFactory.create(), **people
        )
    return "/kpis/csat/"


def rollouts(rows: int, _kit: Kit) -> str:
    for team in TeamFactory.create_batch(rows):
        Rollout.objects.create(team=team, went_live_on=date(2026, 7, 1))
    return "/programme/"


def other_changes(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        OtherChange.objects.create(
            what="Strike", happened_from=date(2026, 7, 1), team=TeamFactory.create(), tier=Tier.objects.get(key="gold")
        )
    return "/programme/changes/"


def costs(rows: int, _kit: Kit) -> str:
    for category in CATEGORIES[:rows]:
        CostEntry.objects.create(date=date(2026, 7, 1), category=category, currency="EUR", actual=1, actual_company=1)
    return "/roi/costs/"


def costs_by_year(rows: int, kit: Kit) -> str:
    costs(rows, kit)
    return "/roi/"


def benefits(rows: int, _kit: Kit) -> str:
    for kpi in SPOKEN_OF[:rows]:
        figures.baseline(kpi)
        figures.evaluation(kpi, "improved")
        Benefit.objects.create(name=kpi, hardness="hard", kpi=kpi, unit_value=1)
    return "/roi/"


def kpis(rows: int, kit: Kit) -> str:
    kit.patch.setattr(kpi_views, "MAIN", MAIN[:rows])
    return "/kpis/"


def months(rows: int, _kit: Kit) -> str:
    """One row a month of the window asked for."""
    figures.rollup(get_kpi("csat").source, date(2026, 1, 1), csat_answers=10, csat_satisfied=8)
    return f"/kpis/csat/?by=month&first=2026-01-01&last=2026-0{rows}-28"


def scorecard(rows: int, _kit: Kit) -> str:
    for kpi in SPOKEN_OF[:rows]:
        team, owner = TeamFactory.create(), UserFactory.create()
        target = KpiTarget.objects.create(kpi=kpi, value=Decimal(1), due_on=date(2027, 1, 1), owner=owner, team=team)
        figures.baseline(kpi, team=team)
        figures.evaluation(kpi, "improved", target=target, team=team)
    return "/scorecard/"


def dashboard(rows: int, _kit: Kit) -> str:
    """The KPIs with one verdict; the others are left out. A team's row brings the company's go-live day."""
    TeamFactory.create()
    for kpi in SPOKEN_OF[:rows]:
        KpiTarget.objects.create(kpi=kpi, value=Decimal(1), due_on=date(2027, 1, 1), owner=UserFactory.create())
        figures.baseline(kpi)
        figures.evaluation(kpi, "improved")
    return "/dashboard/?show=improved"


def tasks(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        TaskFactory.create(assignee=UserFactory.create(), team=TeamFactory.create(), created_by=UserFactory.create())
    return "/tasks/?state=open"


def notices(rows: int, _kit: Kit) -> str:
    """Of the manager who is signed in."""
    NoticeFactory.create_batch(rows, user=User.objects.get(email="manager@test.example"), data={"what": "Call"})
    return "/me/notices/"


def duplicates(rows: int, _kit: Kit) -> str:
    MatchFactory.create_batch(rows, score=0.995)
    return "/customers/duplicates/list/"


def duplicates_sample(rows: int, kit: Kit) -> str:
    duplicates(rows, kit)
    return "/customers/duplicates/rule/"


def duplicates_decided(rows: int, _kit: Kit) -> str:
    for _row in range(rows):
        MatchFactory.create(state="different", decided_at=NOON, decided_by=UserFactory.create())
    return "/customers/duplicates/decided/"


def hygiene(rows: int, _kit: Kit) -> str:
    """As many teams and sources; points and fields are as many whatever is counted."""
    for _row in range(rows):
        SourceRecordFactory.create(customer=CustomerFactory.create(team=TeamFactory.create()))
    refresh_hygiene()
    return "/customers/hygiene/"


def hygiene_worst(rows: int, kit: Kit) -> str:
    kit.patch.setattr(hygiene_page, "EVERY_POINT", hygiene_page.EVERY_POINT[1 : rows + 1])
    return hygiene(rows, kit)


def hygiene_fields(rows: int, kit: Kit) -> str:
    kit.patch.setattr(hygiene_page, "FIELDS", hygiene_page.FIELDS[: rows - 1])  # beside the customer as a whole
    return hygiene(rows, kit)


LISTS: Mapping[str, Listed] = {
    "accounts.notices": Listed(fill=notices, queries=3),
    "common.chart": Listed(fill=tiers, queries=5),
    "goals.baselines": Listed(fill=baselines, queries=8),
    "goals.other_changes": Listed(fill=other_changes, queries=3),
    "goals.rollouts": Listed(fill=rollouts, queries=3),
    "goals.targets": Listed(fill=targets, queries=8),
    "identity.history": Listed(fill=history, queries=4),
    "identity.people": Listed(fill=people, queries=5),
    "identity.apart": Listed(fill=apart, queries=5),
    "identity.joined": Listed(fill=joined, queries=6),
    "identity.sources": Listed(fill=sources, queries=6),
    "identity.survivorship": Listed(fill=survivorship, queries=5, role="administrator"),
    "identity.survivorship_changes": Listed(fill=survivorship_changes, queries=12, role="administrator"),
    "identity.tags": Listed(fill=tags, queries=4),
    "importing.imports": Listed(fill=imports, queries=5),
    "privacy.counts": Listed(fill=privacy_counts, queries=3, role="administrator"),
    "privacy.held": Listed(fill=privacy_held, queries=32, role="administrator"),
    "privacy.requests": Listed(fill=privacy_requests, queries=3, role="administrator"),
    "importing.feeds": Listed(fill=feeds, queries=4, role="administrator"),
    "importing.feed_files": Listed(fill=feed_files, queries=6, role="administrator"),
    "importing.tokens": Listed(fill=api_tokens, queries=3, role="administrator"),
    "importing.parked": Listed(fill=parked, queries=3),
    "importing.preview": Listed(fill=preview, queries=4),
    "importing.rejects": Listed(fill=rejects, queries=4),
    "page.related": Listed(fill=group, queries=6),
    "page.news": Listed(fill=news, queries=3),
    "interactions.files": Listed(fill=files, queries=5),
    "page.customers": Listed(fill=customers, queries=6),
    "page.duplicates": Listed(fill=duplicates, queries=5),
    "page.duplicates_decided": Listed(fill=duplicates_decided, queries=5),
    "page.duplicates_sample": Listed(fill=duplicates_sample, queries=8, role="administrator"),
    "page.unmatched": Listed(fill=unmatched, queries=4),
    "pages.dashboard": Listed(fill=dashboard, queries=8),
    "pages.figures": Listed(fill=months, queries=8),
    "pages.hygiene_fields": Listed(fill=hygiene_fields, queries=7),
    "pages.hygiene_sources": Listed(fill=hygiene, queries=7),
    "pages.hygiene_teams": Listed(fill=hygiene, queries=7),
    "pages.hygiene_worst": Listed(fill=hygiene_worst, queries=7),
    "pages.kpis": Listed(fill=kpis, queries=2),
    "pages.scorecard": Listed(fill=scorecard, queries=4),
    "programme.benefits": Listed(fill=benefits, queries=6),
    "programme.costs": Listed(fill=costs, queries=3),
    "programme.costs_by_year": Listed(fill=costs_by_year, queries=5),
    "to_do.tasks": Listed(fill=tasks, queries=5),
    "tiers.ladder": Listed(fill=tiers, queries=5),
    "trade.invoice_list": Listed(fill=all_invoices, queries=4),
    "trade.invoices": Listed(fill=invoices, queries=5),
    "trade.order_list": Listed(fill=all_orders, queries=4),
    "trade.order_lines": Listed(fill=order_lines, queries=5),
    "trade.orders": Listed(fill=orders, queries=5),
    "trade.repairs": Listed(fill=repairs, queries=4),
    "trade.payments": Listed(fill=payments, queries=4),
}
