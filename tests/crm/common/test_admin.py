from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from crm.common import admin
from crm.common.admin import DomainAdmin, EstimatingPaginator, estimated_count
from crm.common.company.models import Company
from customers.models import Tier, TierPolicy
from metrics.models import Benefit, CostEntry, LedgerShare, OtherChange, Rollout
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import OutcomeFactory, PurposeFactory
from tests.factories.telephony import QueueFactory
from tests.factories.trade import ExchangeRateFactory, ProductFactory, ProductGroupFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def make_teams(count: int) -> None:
    Team.objects.bulk_create(Team(key=f"t{at}", name=f"Team {at}") for at in range(count))


def test_few_rows_are_counted_exactly() -> None:
    make_teams(3)
    assert estimated_count(Team.objects.filter(name="Team 1")) == 1
    assert EstimatingPaginator(Team.objects.order_by("pk"), 2).num_pages == 2


@pytest.mark.usefixtures("as_owner")
def test_many_rows_are_estimated_by_the_planner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "EXACT_UP_TO", 50)
    make_teams(500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_team")
    with CaptureQueriesContext(connection) as queries:
        assert estimated_count(Team.objects.all()) == 500
    assert len(queries) == 1, "and not counted"
    assert estimated_count(Team.objects.none()) == 0


def test_lists_are_counted_as_they_are() -> None:
    assert EstimatingPaginator([1, 2, 3], 2).count == 3


STALE: dict[str, tuple[Callable[[], Model], dict[str, Any]]] = {
    "customers.customer": (CustomerFactory.create, {"city": "Rome"}),
    "customers.sourcesystem": (SourceSystemFactory.create, {"rank": 7}),
    "customers.tier": (lambda: Tier.objects.create(key="tin", name="Tin", rank=99), {"max_discount": "12.00"}),
    "customers.tierpolicy": (
        lambda: TierPolicy.objects.create(version=77, rules=[{"tier": "gold"}]),
        {"rules": [{"tier": "silver"}]},
    ),
    "customers.queue": (QueueFactory.create, {"purpose": "order"}),
    "customers.purpose": (PurposeFactory.create, {"name": "Thanks"}),
    "customers.outcome": (OutcomeFactory.create, {"is_solved": True}),
    "customers.exchangerate": (ExchangeRateFactory.create, {"rate": "1.25"}),
    "customers.productgroup": (ProductGroupFactory.create, {"name": "Screws"}),
    "customers.product": (
        ProductFactory.create,
        {"group": lambda: ProductGroupFactory.create(name="Nails")},
    ),
    "common.company": (Company.objects.get, {"currency": "CHF"}),
    "accounts.user": (UserFactory.create, {"phone_agent": "SIP/9"}),
    "accounts.team": (TeamFactory.create, {"is_active": False}),
    "auth.group": (lambda: Group.objects.create(name="auditors"), {"name": "revisors"}),
    "metrics.costentry": (
        lambda: CostEntry.objects.create(date=date(2026, 7, 1), category="licence", currency="EUR", actual=1),
        {"actual": 2},
    ),
    "metrics.benefit": (
        lambda: Benefit.objects.create(name="Less paper", hardness="hard", amounts=[{"year": 1, "amount": "5"}]),
        {"hardness": "soft"},
    ),
    "metrics.otherchange": (
        lambda: OtherChange.objects.create(what="Strike", happened_from=date(2026, 7, 1)),
        {"happened_to": date(2026, 7, 9)},
    ),
    "metrics.ledgershare": (
        lambda: LedgerShare.objects.create(system=SourceSystemFactory.create(), share=1, reason="Ours"),
        {"share": "0.5"},
    ),
    "metrics.rollout": (
        lambda: Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1)),
        {"phase": 2},
    ),
}


def test_every_form_that_saves_through_the_domain_is_among_them() -> None:
    forms = {
        model._meta.label_lower
        for model, one in django_admin.site._registry.items()
        if isinstance(one, DomainAdmin) and type(one).has_change_permission is DomainAdmin.has_change_permission
    }
    assert forms - set(STALE) == set()


@pytest.mark.slow  # every form
@pytest.mark.parametrize("label", STALE)
def test_a_form_opened_before_another_saved_is_refused_once(label: str, client_for: ClientFor) -> None:
    make, change = STALE[label]
    row = make()
    url = f"/admin/{label.replace('.', '/')}/{row.pk}/change/"
    client = client_for("administrator")
    sent = as_shown(client.get(url), with_field="seen")
    rows: Any = type(row)._default_manager.filter(pk=row.pk)
    rows.update(**{name: value() if callable(value) else value for name, value in change.items()})
    now = rows.values().get()

    stale = client.post(url, sent)

    assert stale.status_code == 200
    assert "Someone else has changed this meanwhile." in stale.content.decode()
    assert "now: " in stale.content.decode()
    assert rows.values().get() == now
    assert client.post(url, as_shown(stale, with_field="seen")).status_code == 302
    assert rows.values().get() != now
