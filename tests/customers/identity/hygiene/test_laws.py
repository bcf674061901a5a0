"""Whatever is written, by whatever way: what is kept of the hygiene is what a look at everybody finds."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Team, User
from crm.common.errors import DomainError
from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.hygiene.confirming import confirm_customer
from customers.identity.hygiene.counting import Narrowing, tally
from customers.identity.hygiene.following import find_hygiene, refresh_hygiene
from customers.identity.merging import door
from customers.identity.merging.absorbing import merge_customers
from customers.identity.merging.crowded import take_apart
from customers.identity.merging.undoing import undo_merge
from customers.identity.ordering import FIELDS
from customers.identity.releasing import release
from customers.identity.reviewing.deciding import say_different
from customers.models import Customer, Match, Merge, SourceSystem
from metrics.engine.recomputing import recompute
from metrics.engine.rules import in_force
from metrics.engine.scope import Scope
from metrics.engine.series import points
from metrics.kpis import get_kpi
from metrics.pages.hygiene_page import figures, together
from tests.conftest import NOON
from tests.customers.identity.hygiene.test_following import counted_afresh, counts
from tests.customers.identity.privacy.world import erased
from tests.customers.importing.files import load, write_csv
from tests.customers.page.bulk.asked import begun, done, taken_back
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import MatchFactory
from tests.factories.importing import SourceSystemFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
SOME = settings(
    max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
NAMES, CITIES, POSTCODES = ("Ada", "Bob", "n/a"), ("", "Bonn", "test"), ("", "53111", "531")
TAX_IDS, MAILS, COUNTRIES = ("", "DE136695976", "123456789"), ("", "a@x.example", "none"), ("DE", "Absurdistan", "")
HEADERS = "external_id,kind,name,tax_id,email,postcode,city,country"
numbers = count()


class World:
    """Who is at work, and what chance says they do."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, Random(seed)
        for key, rank in (("erp", 1), ("shop", 2)):
            SourceSystem.objects.filter(key=key).exists() or SourceSystemFactory.create(key=key, rank=rank)
        self.by = User.objects.filter(is_superuser=True).first() or UserFactory.create(is_superuser=True)
        self.team = Team.objects.first() or TeamFactory.create()

    def one(self) -> Customer:
        return self.random.choice(list(Customer.objects.exclude(link_key__startswith="erased:").order_by("pk")))

    def value(self, field: str) -> str:
        among = {"name": NAMES, "tax_id": TAX_IDS, "email": MAILS, "postcode": POSTCODES, "city": CITIES}
        return self.random.choice(among.get(field, COUNTRIES))

    def said(self) -> dict[str, str]:
        return {name: self.value(name) for name in HEADERS.split(",")[2:]}


def bring(world: World) -> None:
    rows = [
        [world.random.randrange(9), world.random.choice(["organization", "person"]), *world.said().values()]
        for _row in range(6)
    ]
    path = write_csv(world.folder / f"{next(numbers)}.csv", HEADERS, rows)
    load("customers", path, source=world.random.choice(["erp", "shop"]))
    take_apart(now=NOON)


def create(world: World) -> None:
    create_customer(fields={**world.said(), "kind": "organization"})


def edit(world: World) -> None:
    customer, field = world.one(), world.random.choice(["city", "postcode", "email", "tax_id"])
    change_customer(customer=customer, fields={field: world.value(field)}, seen=version(customer, FIELDS))


def let_go(world: World) -> None:
    customer = world.one()
    release(customer=customer, field="city", seen=version(customer, FIELDS), by=world.by, now=NOON)


def confirm(world: World) -> None:
    customer = world.one()
    confirm_customer(customer=customer, by=world.by, now=NOON, seen=version(customer, FIELDS))


def propose(world: World) -> None:
    left, right = sorted((world.one().pk, world.one().pk))
    if left != right and not Match.objects.filter(left_id=left, right_id=right).exists():
        MatchFactory.create(left_id=left, right_id=right)


def differ(world: World) -> None:
    match = Match.objects.filter(state="proposed").first()
    if match:
        say_different(pk=match.pk, by=world.by, now=NOON)


def merge(world: World) -> None:
    survivor = world.one()
    others = Customer.objects.filter(kind=survivor.kind).exclude(pk=survivor.pk)
    absorbed = others.exclude(link_key__startswith="erased:").first()
    if absorbed:
        merge_customers(survivor=survivor, absorbed=absorbed, by=world.by, now=NOON)


def undo(world: World) -> None:
    """Of a merge, or of a record that was linked: who is split off."""
    found = list(Merge.objects.filter(Merge.ACTIVE).order_by("pk"))
    if found:
        undo_merge(merge=world.random.choice(found), by=world.by, now=NOON)


def erase(world: World) -> None:
    person = Customer.objects.filter(kind="person").exclude(link_key__startswith="erased:").first()
    if person:
        erased(person, world.by)


def in_bulk(world: World) -> None:
    job = done(begun("assign_owner", world.by, owner_id=world.by.pk))
    if world.random.random() < 0.5:
        taken_back(job, world.by)


def move(world: World) -> None:
    Customer.objects.filter(pk=world.one().pk).update(team=world.random.choice([None, world.team]))


ACTS: dict[str, Callable[[World], None]] = {
    act.__name__: act
    for act in (bring, create, edit, let_go, confirm, propose, differ, merge, undo, erase, in_bulk, move)
}


@SOME
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=5, max_size=14), seed=st.integers(0, 10**6))
def test_what_is_kept_is_what_a_look_at_everybody_finds(
    acts: list[str], seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_RECORDS", 2)
    world = World(tmp_path, seed)
    for act in ("bring", "create", *acts):
        with suppress(DomainError):  # such as an undo of who was merged on
            ACTS[act](world)
        refresh_hygiene()
        assert differing() == [], act
        assert counts() == counted_afresh(), act
    recompute()
    the_figures_of_teams_and_of_sources_add_up(world.by)


def differing() -> list[int]:
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with connection.cursor() as cursor:
        return find_hygiene(cursor, 0, last + 1)


def the_figures_of_teams_and_of_sources_add_up(reader: Any) -> None:
    found = tally(reader=reader, narrowing=Narrowing())
    for parts in (found.teams, found.sources):
        assert sum((Counter(each) for each in parts.values()), Counter()) == Counter(found.all)
    kpi, whole = get_kpi("hygiene"), together(figures(found.all), in_force())
    (shown,) = points(kpi=kpi, first=None, last=None)
    assert (shown.numerator, shown.denominator) == (whole.clean, whole.of)
    for dimension, parts in (("team", found.teams), ("source", found.sources)):
        for pk, each in parts.items():
            part = together(figures(each), in_force())
            scope = Scope(team_id=pk) if dimension == "team" and pk else Scope()
            extra = {"source": str(pk)} if dimension == "source" else {}
            if part.of and (pk or dimension == "source"):
                (shown,) = points(kpi=kpi, first=None, last=None, scope=scope, extra=extra)
                assert (shown.numerator, shown.denominator) == (part.clean, part.of)
