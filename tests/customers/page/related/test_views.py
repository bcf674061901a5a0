import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.identity.relating.relating import relate
from customers.models import Customer, GroupMember, Relation
from tests.conftest import NOON, ClientFor
from tests.customers.histories import said
from tests.factories.customers import ContactPointFactory, CustomerFactory
from tests.factories.notes import CustomerFiguresFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PARENT, HOUSEHOLD = Relation.Kind.PARENT, Relation.Kind.HOUSEHOLD


def say(customer: Customer, to: Customer, kind: Relation.Kind = PARENT) -> Relation:
    return relate(customer=customer, to=to, kind=kind, by=None, now=NOON).relation


def firm(name: str, revenue: int = 0, overdue: int = 0) -> Customer:
    customer = CustomerFactory.create(name=name)
    if revenue or overdue:
        figures = {"revenue": Decimal(revenue), "profit": Decimal(revenue) / 4, "overdue": Decimal(overdue)}
        CustomerFiguresFactory.create(customer=customer, open=Decimal(overdue), as_of=NOON.date(), **figures)
    return customer


def page(client: Client, customer: Customer, **query: Any) -> str:
    return " ".join(client.get(f"/customers/{customer.pk}/related/", query).content.decode().split())


def post(client: Client, customer: Customer, to: str, **values: Any) -> Any:
    return client.post(f"/customers/{customer.pk}/related/{to}/", values)


def test_a_group_of_companies_with_what_it_comes_to(client_for: ClientFor) -> None:
    top, middle, low = firm("Top", 1000, 50), firm("Middle", 3000), firm("Low", 0, 25)
    say(middle, top)
    say(low, middle)
    answer = client_for("sales").get(f"/customers/{middle.pk}/related/")
    (group,) = answer.context["groups"]
    assert [(one.customer, one.depth) for one in group["members"].rows] == [(top, 0), (middle, 1), (low, 2)]
    assert (group["total"].revenue, group["total"].overdue, group["total"].profit) == (4000, 75, 1000)
    words = " ".join(answer.content.decode().split())
    assert "Of this Middle and its subsidiaries (2 in all): revenue €3,000, overdue €25.00." in words
    assert "75% of the revenue" in words
    assert "3 customers" in words


def test_without_any_it_says_what_it_is_good_for(client_for: ClientFor) -> None:
    client = client_for("service")
    assert "Say which companies belong together" in page(client, firm("Acme"))
    assert "Say who lives in the same household" in page(client, CustomerFactory.create(kind="person"))


@pytest.mark.django_db(transaction=True)
def test_looked_for_said_and_taken_back_from_the_message(client_for: ClientFor) -> None:
    client, top, low = client_for("sales"), firm("Topmost Holding"), firm("Low")
    found = page(client, low, q="topmost")
    assert (
        f'form="related-add" formaction="/customers/{low.pk}/related/add/?way=parent" name="with" value="{top.pk}"'
        in found
    )
    assert "Same household" not in found
    answer = client.post(f"/customers/{low.pk}/related/add/?way=parent", {"with": top.pk}, follow=True)
    assert "“Topmost Holding” is the parent company now." in answer.content.decode()
    relation = Relation.objects.get()
    assert (relation.customer_id, relation.to_id, relation.by) == (low.pk, top.pk, answer.wsgi_request.user)
    undo = f"/customers/{low.pk}/related/{relation.pk}/undo/"
    assert undo in answer.content.decode()
    back = client.post(undo, headers={"HX-Request": "true"})
    assert back.headers["HX-Redirect"] == f"/customers/{low.pk}/related/"
    assert not GroupMember.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_another_parent_taken_back_leads_to_the_one_before(client_for: ClientFor) -> None:
    client, top, other, low = client_for("sales"), firm("Top"), firm("Other"), firm("Low")
    say(low, top)
    said_so = client.post(f"/customers/{other.pk}/related/add/?way=subsidiary", {"with": low.pk}, follow=True)
    relation = Relation.objects.get()
    assert (relation.customer_id, relation.to_id) == (low.pk, other.pk)
    undo = f"/customers/{other.pk}/related/{relation.pk}/undo/"
    assert undo in said_so.content.decode()
    client.post(undo)
    assert Relation.objects.get().to_id == top.pk
    late = client.post(undo, follow=True)
    assert "Somebody has changed this meanwhile." in late.content.decode()
    assert Relation.objects.get().to_id == top.pk


@pytest.mark.django_db(transaction=True)
def test_taken_out_and_put_back_from_the_message(client_for: ClientFor) -> None:
    client, top, low = client_for("service"), firm("Top"), firm("Low")
    say(low, top)
    listed = page(client, top)
    assert f'form="related-part" formaction="/customers/{low.pk}/related/part/" name="kind" value="parent"' in listed
    assert f'formaction="/customers/{top.pk}/related/part/"' not in listed
    answer = client.post(f"/customers/{low.pk}/related/part/", {"kind": "parent", "page": top.pk}, follow=True)
    assert answer.redirect_chain == [(f"/customers/{top.pk}/related/", 302)]
    assert "“Low” is taken out of: Group of companies." in answer.content.decode()
    assert not GroupMember.objects.exists()
    (undo,) = re.findall(rf'hx-post="(/customers/{low.pk}/related/\d+/undo/[^"]+)"', answer.content.decode())
    client.post(undo.replace("&amp;", "&"))
    assert GroupMember.objects.count() == 2


def test_what_is_refused_is_said_and_nothing_happens(client_for: ClientFor) -> None:
    client, top, low = client_for("service"), firm("Top"), firm("Low")
    say(low, top)
    refused = client.post(f"/customers/{top.pk}/related/add/", {"with": low.pk, "way": "parent"}, follow=True)
    assert "“Low” belongs to “Top” itself." in refused.content.decode()
    for values in ({"with": low.pk, "way": "brother"}, {"with": low.pk, "way": "household"}):
        assert post(client, top, "add", **values).status_code == 302
    assert post(client, top, "add", **{"with": 2**40, "way": "parent"}).status_code == 404
    assert post(client, low, "part", kind="clan").status_code == 302
    assert Relation.objects.count() == 1


def test_who_lives_at_the_same_address_is_offered(client_for: ClientFor) -> None:
    ada, bob, far = (CustomerFactory.create(kind="person", name=name) for name in ("Ada", "Bob", "Far"))
    for one, street in ((ada, "main street 1"), (bob, "main street 1"), (far, "main street 2")):
        ContactPointFactory.create(customer=one, kind="address", raw=street, normalised=street)
    offered = page(client_for("service"), ada)
    assert "At the same address:" in offered
    assert f'name="with" value="{bob.pk}"' in offered
    assert f'value="{far.pk}"' not in offered
    say(ada, bob, HOUSEHOLD)
    (option,) = client_for("service").get(f"/customers/{ada.pk}/related/").context["found"]
    assert [way.key for way in option["ways"]] == ["buyer"]


def test_while_somebody_types_the_options_come_alone(client_for: ClientFor) -> None:
    client, low = client_for("service"), firm("Low")
    firm("Topmost")
    part = client.get(f"/customers/{low.pk}/related/options/", {"q": "topmost"}, headers={"HX-Request": "true"})
    assert "Topmost" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert client.get(f"/customers/{low.pk}/related/options/", {"q": "x"}).url == f"/customers/{low.pk}/related/?q=x"


def test_the_overview_leads_to_the_group(client_for: ClientFor) -> None:
    top, low, alone = firm("Top"), firm("Low"), firm("Alone")
    say(low, top)
    client = client_for("service")
    panels = dict(client.get(f"/customers/{low.pk}/").context["panels"])
    assert f'<a href="/customers/{top.pk}/">Top</a>' in panels["Related"]
    assert "1 other" in panels["Related"]
    assert "Related" not in dict(client.get(f"/customers/{alone.pk}/").context["panels"])


def test_both_histories_tell_it(client_for: ClientFor) -> None:
    client, top, low = client_for("sales"), firm("Top"), firm("Low")
    post(client, low, "add", **{"with": top.pk, "way": "parent"})
    post(client, low, "part", kind="parent")
    name = User.objects.get(email__startswith="sales").name
    assert said(low, "related") == [
        (name, f"No longer a subsidiary of: Top ({top.pk})"), (name, f"Subsidiary of: Top ({top.pk})"),
    ]  # fmt: skip
    assert [what for _who, what in said(top, "related_to")] == [
        f"No longer parent company of: Low ({low.pk})", f"Parent company of: Low ({low.pk})",
    ]  # fmt: skip


@pytest.mark.parametrize("many", [1, 30])
def test_as_many_queries_whatever_the_group(client_for: ClientFor, many: int) -> None:
    client, top = client_for("service"), firm("Top", 5)
    for number in range(many):
        say(firm(f"Low {number}", number + 1), top)
    client.get(f"/customers/{top.pk}/related/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/customers/{top.pk}/related/")
    assert len(asked) <= 7
