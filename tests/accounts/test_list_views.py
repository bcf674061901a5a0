import json
import math
import re

import pytest
from django.test import Client
from django.utils.http import urlencode

from accounts import list_views
from accounts.models import SavedView, User
from customers.models import Customer, Tag
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import SavedViewFactory, SavedViewRowFactory, TeamFactory
from tests.factories.customers import CustomerFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
NEW = "/me/lists/page.customers/views/new/"
ROME = {"all": [{"field": "city", "op": "contains", "value": "rome"}]}


def names(client: Client, query: str) -> list[str]:
    return [customer.name for customer in client.get(f"/customers/?{query}").context["page"].rows]


@pytest.fixture
def people() -> None:
    for name, city in (("Acme", "Rome"), ("Beta", "Paris"), ("Ceta", "Rome")):
        CustomerFactory.create(name=name, city=city)


@pytest.mark.usefixtures("people")
def test_a_list_is_saved_as_it_stands_and_found_again(client_for: ClientFor) -> None:
    client = client_for("sales")
    query = "view=all&city=rome&sort=-name&columns=name,email&density=compact"
    answer = client.post(NEW, {"name": "Rome", "shared": "mine", "query": query})
    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"/customers/?view={view.pk}"
    assert (view.conditions, view.sort, view.columns, view.density) == (ROME, "-name", ["name", "email"], "compact")
    assert names(client, f"view={view.pk}") == ["Ceta", "Acme"]
    assert names(client, "") == ["Ceta", "Acme"]  # as it was left
    assert names(client, "q=beta") == ["Beta"]  # a search is among all
    client.get("/customers/?view=all")
    assert names(client, "sort=name") == ["Acme", "Beta", "Ceta"]


def test_what_cannot_be_saved_is_said_beside_its_field(client_for: ClientFor) -> None:
    client = client_for("sales")
    assert client.get(f"{NEW}?query=view%3Dmine").context["query"] == "view=mine"
    assert client.post(NEW, {"name": "", "shared": "mine", "query": "view=mine"}).status_code == 422
    client.post(NEW, {"name": "Rome", "shared": "mine"})
    answer = client.post(NEW, {"name": "Rome", "shared": "mine", "query": "view=mine"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"name": ["You have a view of this name already."]}
    assert 'name="query" value="view=mine"' in answer.content.decode()
    assert client.post(NEW, {"name": "All", "shared": "everyone"}).context["form"].errors.keys() == {"shared"}
    assert client.post("/me/lists/no.such/views/new/", {"name": "X"}).status_code == 404
    assert client.post("/me/lists/importing.imports/views/new/", {"name": "X", "shared": "mine"}).status_code == 403


@pytest.mark.parametrize(
    "condition",
    [
        ("created", "older", "000000000" + "9" * 20),
        ("created", "within", "0" * 5000),
        ("revenue", "at_least", "1e-99999"),
        ("revenue", "at_least", "0." + "1" * 5000),
        ("revenue", "at_least", math.inf),
        ("city", "contains", "\ud800"),
        ("country", "is", ["\ud800"]),
        ("gone", "is", "a\0b"),
    ],
)
def test_no_value_keeps_a_list_from_being_shown_and_kept(
    client_for: ClientFor, condition: tuple[str, str, object]
) -> None:
    client = client_for("sales")
    where = json.dumps({"all": [dict(zip(("field", "op", "value"), condition, strict=True))]})
    asked = urlencode({"view": "all", "where": where})
    assert client.get(f"/customers/?{asked}").context["page"].rows == []
    saved = client.post(NEW, {"name": "Odd", "shared": "mine", "query": asked})
    assert client.get(saved.headers["Location"]).status_code == 200


def test_no_address_of_a_list_fails(client_for: ClientFor) -> None:
    client = client_for("sales")
    twenty = json.dumps({"all": [{"field": "city", "op": "is", "value": "Rome"}] * 20})
    for asked in (
        "build=apply&k0=%C2%B2", "build=drop.%C2%B2&f0=city&v0=x", f"build=drop.{'9' * 5000}", "country=%00", "q=%00",
        "build=add&f0=city&v0=%00", "open=filter&tier=1&s0=%00", f"tier=1&{urlencode({'where': twenty})}",
    ):  # fmt: skip
        shown = client.get(f"/customers/?{asked}", follow=True).context["state"]
        assert client.post(NEW, {"name": asked[:80], "shared": "mine", "query": asked}).status_code == 302
        assert client.get(f"/customers/{shown.query()}").context["state"].is_unclear is False
    assert client.get("/me/lists/page.customers/options/?line=0&f0=tier&s0=%00").status_code == 200


def test_one_shares_as_far_as_one_may(client_for: ClientFor, user_for: UserFor) -> None:
    user = user_for("sales")

    def offered(client: Client) -> tuple[list[str], bool]:
        form = client.get(NEW).context["form"]
        return [key for key, _label in form.fields["shared"].choices], "default_for" in form.fields

    assert offered(client_for("sales")) == (["mine"], False)
    User.objects.filter(pk=user.pk).update(team=TeamFactory.create())
    assert offered(client_for("sales")) == (["mine", "team"], False)
    assert offered(client_for("manager")) == (["mine", "everyone"], True)


@pytest.mark.usefixtures("people")
def test_managers_share_a_view_that_sales_begins_with(client_for: ClientFor) -> None:
    shared = {"name": "Rome", "shared": "everyone", "default_for": ["sales"], "query": "city=rome&sort=name"}
    client_for("manager").post(NEW, shared)
    assert names(client_for("sales"), "") == ["Acme", "Ceta"]
    assert len(names(client_for("service"), "")) == 3


def test_a_view_is_renamed_and_keeps_what_the_list_shows(client_for: ClientFor, user_for: UserFor) -> None:
    view, client = SavedViewFactory.create(owner=user_for("sales"), name="Rome"), client_for("sales")
    url = f"/me/views/{view.pk}/"
    shown = as_shown(client.get(url), with_field="name")
    assert client.post(url, {**shown, "name": "Roma"}).status_code == 302
    assert client.post(url, {**shown, "name": "Rom"}).status_code == 422  # changed meanwhile
    client.post(f"{url}keep/", {"query": f"view={view.pk}&city=rome"})
    view.refresh_from_db()
    assert (view.name, view.conditions, view.columns[0]) == ("Roma", ROME, "name")


def test_another_may_look_and_not_change(client_for: ClientFor, user_for: UserFor) -> None:
    team = TeamFactory.create()
    for role in ("sales", "service"):
        User.objects.filter(pk=user_for(role).pk).update(team=team)
    view = SavedViewFactory.create(owner=user_for("sales"), shared="team", team=team)
    hidden, client = SavedViewFactory.create(owner=user_for("sales")), client_for("service")
    for path in ("", "keep/", "delete/"):
        assert client.post(f"/me/views/{view.pk}/{path}").status_code == 403
        assert client.post(f"/me/views/{hidden.pk}/{path}").status_code == 404
    assert "Rename, share, delete" not in client.get(f"/customers/?view={view.pk}").content.decode()


@pytest.mark.usefixtures("people")
def test_a_deleted_view_is_brought_back(client_for: ClientFor, user_for: UserFor) -> None:
    view, client = SavedViewFactory.create(owner=user_for("sales"), conditions=ROME), client_for("sales")
    SavedViewRowFactory.create(view=view)
    answer = client.post(f"/me/views/{view.pk}/delete/", follow=True)
    assert "is deleted." in answer.content.decode()
    assert "This view is no longer there" in client.get(f"/customers/?view={view.pk}").content.decode()
    back = client.post("/me/views/restore/")
    restored = SavedView.objects.get()
    assert back.headers["Location"] == f"/customers/?view={restored.pk}"
    assert (restored.name, restored.conditions, restored.rows.count()) == (view.name, ROME, 1)
    assert "no view to bring back" in client.post("/me/views/restore/", follow=True).content.decode()


@pytest.mark.usefixtures("people")
def test_a_view_of_picked_rows_is_brought_back_as_it_was_kept(client_for: ClientFor, user_for: UserFor) -> None:
    view = SavedViewFactory.create(owner=user_for("sales"), is_picked=True)
    client = client_for("sales")
    SavedViewRowFactory.create(view=view, row_id=Customer.objects.get(name="Beta").pk)
    client.post(f"/me/views/{view.pk}/keep/", {"query": f"view={view.pk}&sort=name"})
    client.post(f"/me/views/{view.pk}/delete/")
    client.post("/me/views/restore/")
    assert names(client, f"view={view.pk}") == ["Beta"]


def test_of_very_many_rows_the_session_keeps_none_once_they_were_offered(
    client_for: ClientFor, user_for: UserFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_views, "ROWS_KEPT", 1)
    view, client = SavedViewFactory.create(owner=user_for("sales")), client_for("sales")
    SavedViewRowFactory.create_batch(2, view=view)
    client.post(f"/me/views/{view.pk}/delete/", follow=True)
    assert "deleted_view" in client.session
    client.get("/customers/")
    assert "deleted_view" not in client.session


def test_a_deleted_view_whose_name_is_taken_meanwhile_waits(client_for: ClientFor, user_for: UserFor) -> None:
    view, client = SavedViewFactory.create(owner=user_for("sales"), name="Rome"), client_for("sales")
    client.post(f"/me/views/{view.pk}/delete/")
    other = SavedViewFactory.create(owner=view.owner, name="Rome")
    assert "of this name already" in client.post("/me/views/restore/", follow=True).content.decode()
    other.delete()
    client.post("/me/views/restore/")
    assert SavedView.objects.get().name == "Rome"


def test_options_are_searched(client_for: ClientFor) -> None:
    Tag.objects.bulk_create(Tag(name=f"Tag {number:03d}") for number in range(120))
    chosen = Tag.objects.get(name="Tag 007")
    client, url = client_for("sales"), "/me/lists/page.customers/options/"

    def offered(**query: str) -> list[str]:
        page = client.get(url, {"line": "1.0", "f1.0": "tag", **query}).content.decode()
        return re.findall(r"<span[^>]*>(Tag \d+)</span>", page)

    assert len(offered()) == 50
    assert offered(**{"s1.0": "11", "v1.0": str(chosen.pk)}) == [
        "Tag 007",
        "Tag 011",
        *(f"Tag 11{n}" for n in range(10)),
    ]
    assert "Nothing of that name." in client.get(url, {"line": "0", "f0": "tag", "s0": "zzz"}).content.decode()
    for query in ({}, {"line": "0", "f0": "city"}, {"line": "x", "fx": "tag"}, {"line": "0", "f0": "secret"}):
        assert client.get(url, query).status_code == 404
    assert client.get("/me/lists/importing.imports/options/").status_code == 403
