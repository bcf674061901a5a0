import pytest
from django.test import Client

from customers.models import CustomerTag, Tag
from tests.conftest import ClientFor
from tests.factories.notes import CustomerTagFactory, TagFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("manager")


def test_the_tags_and_how_many_have_them(client: Client) -> None:
    CustomerTagFactory.create_batch(2, tag=TagFactory.create(name="VIP"))
    TagFactory.create(name="Zebra")
    assert "Zebra" in client.get("/tags/").content.decode()
    page = client.get("/tags/?q=vi").content.decode()
    assert ("VIP" in page, "Zebra" in page) == (True, False)


def test_renamed_with_a_colour(client: Client) -> None:
    tag, other = TagFactory.create(name="vip"), TagFactory.create(name="Key")
    url = f"/tags/{tag.pk}/"
    mine = as_shown(client.get(url), with_field="colour")
    answer = client.post(url, {**mine, "name": other.name.upper()})
    assert answer.context["form"].errors == {"name": ["There is a tag “KEY” already. Merge the two instead."]}
    assert client.post(url, {**mine, "name": "VIP", "colour": "red"}).status_code == 302
    answer = client.post(url, {**mine, "name": "Vip"})
    assert (answer.status_code, "now: VIP" in answer.content.decode()) == (422, True)


def test_merged_with_one_that_there_is(client: Client) -> None:
    tag, into = TagFactory.create(name="vip"), TagFactory.create(name="Key")
    kept = CustomerTagFactory.create(tag=tag).customer
    for wrong in ("", "none", "VIP"):
        answer = client.post(f"/tags/{tag.pk}/merge/", {"into": wrong})
        assert (answer.status_code, list(answer.context["merging"].errors)) == (422, ["into"])
    answer = client.post(f"/tags/{tag.pk}/merge/", {"into": "key"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        '“vip” is “Key” now. <a href="/tags/?removed=1">Undo</a>'
    ]
    assert CustomerTag.objects.get().customer == kept
    assert Tag.objects.get() == into
    assert client.post(f"/tags/{tag.pk}/merge/", {"into": "key"}).status_code == 404


def test_deleted_after_a_question_where_somebody_has_it(client: Client) -> None:
    used, unused = TagFactory.create(name="used"), TagFactory.create(name="unused")
    CustomerTagFactory.create(tag=used)
    assert client.post(f"/tags/{unused.pk}/delete/").status_code == 302
    answer = client.post(f"/tags/{used.pk}/delete/")
    assert (answer.status_code, "1 customer has this tag and loses it." in answer.content.decode()) == (422, True)
    answer = client.post(f"/tags/{used.pk}/delete/", {"anyway": "1"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        '“used” deleted; 1 customer had it. <a href="/tags/?removed=1">Undo</a>'
    ]
    assert not Tag.objects.exists()


def test_a_merge_is_undone_where_the_tags_stand(client: Client) -> None:
    tag, into = TagFactory.create(name="vip", colour="red"), TagFactory.create(name="Key")
    CustomerTagFactory.create(tag=tag)
    assert "last 30 days" not in client.get("/tags/").content.decode()
    client.post(f"/tags/{tag.pk}/merge/", {"into": "key"})
    page = client.get("/tags/?removed=1").content.decode()
    assert ("Merged or deleted in the last 30 days" in page, f"/tags/{tag.pk}/put-back/" in page) == (True, True)
    TagFactory.create(name="VIP")
    answer = client.post(f"/tags/{tag.pk}/put-back/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["This can no longer be put back."]
    Tag.objects.filter(name="VIP").delete()
    answer = client.post(f"/tags/{tag.pk}/put-back/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["“vip” is back, on 1 customer."]
    assert (CustomerTag.objects.get().tag, into in Tag.objects.all()) == (tag, True)
    assert client.post(f"/tags/{tag.pk}/put-back/").status_code == 404
