from typing import Any

import pytest
from django.test import Client

from accounts.models import Notice, User
from customers.models import Customer, CustomerTag, Follow, Tag
from tests.conftest import ClientFor
from tests.factories.accounts import TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notes import CustomerTagFactory, FollowFactory, TagFactory
from tests.forms import as_shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HTMX: Any = {"HX-Request": "true"}


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create(name="Acme")


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("sales")


def test_the_page_shows_what_stands_beside_the_name(client: Client, customer: Customer) -> None:
    customer.owner, customer.team = UserFactory.create(name="Olga Owner"), TeamFactory.create(key="north")
    customer.save()
    CustomerTagFactory.create(customer=customer, tag=TagFactory.create(name="<VIP>", colour="red"))
    ContactFactory.create(customer=customer, name="Eva")
    FollowFactory.create(customer=customer, user=User.objects.get(email="sales@test.example"))
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    for part in ("Olga Owner", "North", '<span class="badge bg-red-lt">&lt;VIP&gt;', "Unfollow"):
        assert part in page


def test_an_owner_is_chosen(client: Client, customer: Customer) -> None:
    olga, gone = UserFactory.create(name="Olga Owner"), UserFactory.create(name="Gone", is_active=False)
    url = f"/customers/{customer.pk}/owner/"
    shown = client.get(url)
    assert "Olga Owner" in shown.content.decode()
    assert "Gone" not in shown.content.decode()
    form = as_shown(shown, with_field="owner")
    assert client.post(url, {**form, "owner": gone.pk}).status_code == 422
    answer = client.post(url, {**form, "owner": olga.pk}, headers=HTMX)
    assert (answer.status_code, "Olga Owner" in answer.content.decode()) == (200, True)
    assert Notice.objects.get().user == olga
    answer = client.post(url, {**form, "owner": ""})  # as it was before
    assert answer.status_code == 422
    assert "now: Olga Owner" in answer.content.decode()


def test_without_script_the_page_comes_back(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/owner/"
    answer = client.post(url, as_shown(client.get(url), with_field="owner"))
    assert (answer.status_code, answer.url) == (302, f"/customers/{customer.pk}/")  # type: ignore[attr-defined]


def test_a_tag_comes_and_goes(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/tags/"
    assert "Very important" in client.post(url, {"name": "Very important"}, headers=HTMX).content.decode()
    assert client.post(url, {"name": "Key account"}).status_code == 302
    tag = Tag.objects.get(name="Very important")
    page = client.post(f"{url}{tag.pk}/remove/", headers=HTMX).content.decode()
    assert ("Very important" in page, "Key account" in page) == (False, True)
    assert client.post(f"{url}999/remove/").status_code == 404
    assert client.post("/customers/999/tags/", {"name": "Very important"}).status_code == 404


def test_of_many_tags_some_wait_behind_a_word(client: Client, customer: Customer) -> None:
    for number in range(12):
        CustomerTagFactory.create(customer=customer, tag=TagFactory.create(name=f"Tag {number:02d}"))
    url = f"/customers/{customer.pk}/"
    assert "tag-more" not in client.get(url).content.decode()
    for name in ("Zebra", "Zoo"):
        CustomerTagFactory.create(customer=customer, tag=TagFactory.create(name=name))
    shown, _summary, hidden = client.get(url).content.decode().partition("2 more</summary>")
    assert ("Take off Tag 11" in shown, "Take off Zebra" in shown) == (True, False)
    assert ("Take off Zebra" in hidden, "Take off Zoo" in hidden) == (True, True)


def test_a_bad_one_is_said(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/tags/"
    assert "A tag has at most 60 characters." in client.post(url, {"name": "x" * 61}, headers=HTMX).content.decode()
    answer = client.post(url, {"name": " "}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["A tag needs a name."]


def test_what_is_offered_while_typing(client: Client) -> None:
    TagFactory.create(name="Key & co")
    TagFactory.create(name="Other")
    assert client.get("/tags/options/?name=ke").content.decode().strip() == '<option value="Key &amp; co"></option>'


def test_followed_and_no_longer(client: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/"
    assert "Unfollow" in client.post(f"{url}follow/", headers=HTMX).content.decode()
    assert Follow.objects.get().user == User.objects.get(email="sales@test.example")
    assert client.post(f"{url}unfollow/").status_code == 302
    assert not Follow.objects.exists()
    assert client.post("/customers/999/follow/").status_code == 404
    assert not CustomerTag.objects.exists()
