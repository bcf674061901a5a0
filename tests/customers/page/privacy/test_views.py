"""The pages: what is held, the two steps of an erase, the list of requests, the files of a copy."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from crm.common.audit.models import AuditEntry
from crm.common.limits.rates import Rate
from customers.identity.privacy import erasing, exporting, tasks, trying
from customers.models import Customer, PrivacyRequest
from tests.conftest import ClientFor
from tests.factories.customers import ContactFactory, ContactPointFactory, CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.privacy import PrivacyRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "uploads"


def ada() -> Customer:
    customer = CustomerFactory.create(kind="person", name="Ada Lovelace", email="ada@x.example")
    InteractionFactory.create(customer=customer, body="She asked for Babbage.")
    return customer


def test_both_steps_of_an_erase(client_for: ClientFor) -> None:
    customer, client = ada(), client_for("administrator")
    page = client.get(reverse("customers:privacy", args=[customer.pk]))
    assert "kept without what names them" in page.content.decode()
    asked = client.post(
        reverse("customers:privacy_erase", args=[customer.pk]), {"reason": "consent", "reference": "L-2026/7"}
    )
    request = PrivacyRequest.objects.get()
    assert asked["Location"] == reverse("customers:privacy_confirm", args=[request.pk])
    wrong = client.post(asked["Location"], {"number": "0"})
    assert wrong.status_code == 422
    assert "That is not the number of this person. Nothing was erased." in wrong.content.decode()
    client.post(asked["Location"], {"number": f"#{customer.pk}"})
    erasing.run(pk=request.pk)
    shown = client.get(reverse("customers:privacy_request", args=[request.pk])).content.decode()
    assert "done" in shown
    assert "Ada" not in client.get(reverse("customers:detail", args=[customer.pk])).content.decode()
    assert [entry.what for entry in AuditEntry.objects.order_by("pk")] == [
        "privacy.erase_asked", "privacy.erase_confirmed", "person.forgotten"
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["Lovelace 1", "ada@x.example", "<b>", "ADA"])
def test_the_file_number_may_not_name_the_person(client_for: ClientFor, reference: str) -> None:
    url = reverse("customers:privacy_erase", args=[ada().pk])
    answer = client_for("administrator").post(url, {"reason": "asked", "reference": reference})
    assert answer.status_code == 422
    assert not PrivacyRequest.objects.exists()


def test_it_is_asked_for_once_and_can_be_withdrawn(client_for: ClientFor) -> None:
    customer, client = ada(), client_for("administrator")
    url = reverse("customers:privacy_erase", args=[customer.pk])
    client.post(url, {"reason": "asked"})
    assert "It has been asked for already." in client.post(url, {"reason": "asked"}).content.decode()
    request = PrivacyRequest.objects.get()
    client.post(reverse("customers:privacy_withdraw", args=[request.pk]))
    request.refresh_from_db()
    assert request.state == "withdrawn"
    late = client.post(reverse("customers:privacy_confirm", args=[request.pk]), {"number": customer.pk})
    assert "confirmed or withdrawn meanwhile" in late.content.decode()
    assert Customer.objects.get().name == "Ada Lovelace"


def test_an_organization_is_no_person_but_its_people_are(client_for: ClientFor) -> None:
    contact = ContactFactory.create(name="Eva Meyer")
    client, url = client_for("administrator"), reverse("customers:privacy", args=[contact.customer_id])
    assert "An organization is not a person." in client.get(url).content.decode()
    assert "Eva Meyer" in client.get(url, {"contact": contact.pk}).content.decode()
    assert client.get(url, {"contact": ContactFactory.create().pk}).status_code == 404
    erase = reverse("customers:privacy_erase", args=[contact.customer_id])
    assert client.post(erase, {"reason": "asked"})["Location"] == url
    client.post(f"{erase}?contact={contact.pk}", {"reason": "asked"})
    assert PrivacyRequest.objects.get().contact_id == contact.pk


def test_who_may_be_the_same_person_is_named(client_for: ClientFor) -> None:
    customer = ada()
    double = CustomerFactory.create(kind="person", name="LOVELACE, Ada")
    same = CustomerFactory.create(kind="person", name="ada  lovelace")
    there = ContactFactory.create(name="Ada Lovelace")
    for one, contact in ((customer, None), (double, None), (same, None), (there.customer, there)):
        ContactPointFactory.create(
            customer=one, contact=contact, kind="email", raw="ada@x.example", normalised="ada@x.example"
        )
    client = client_for("administrator")
    leads = [f"/customers/{same.pk}/privacy/", f"/customers/{there.customer_id}/privacy/?contact={there.pk}"]
    request = PrivacyRequestFactory.create(customer_id=customer.pk)
    for url in (
        f"/customers/{customer.pk}/privacy/",
        f"/customers/{customer.pk}/privacy/erase/",
        f"/privacy/{request.pk}/confirm/",
    ):
        page = client.get(url).content.decode()
        assert [one for one in leads if f'href="{one}"' not in page] == []
        assert "LOVELACE" not in page
    page = client.get(f"/customers/{there.customer_id}/privacy/", {"contact": there.pk}).content.decode()
    assert f'href="/customers/{customer.pk}/privacy/"' in page


def test_a_copy_is_for_whoever_asked_and_leaves_a_row(client_for: ClientFor) -> None:
    customer, client = ada(), client_for("administrator")
    client.post(reverse("customers:privacy_export", args=[customer.pk]))
    request = PrivacyRequest.objects.get()
    exporting.run(pk=request.pk)
    page = client.get(reverse("customers:privacy_request", args=[request.pk])).content.decode()
    assert "person.pdf" in page
    url = reverse("customers:privacy_file", args=[request.pk, "person.json"])
    said = json.loads(b"".join(client.get(url).streaming_content))  # type: ignore[attr-defined]
    assert said["tables"]["customers_interaction"]["rows"][0]["body"] == "She asked for Babbage."
    assert client_for("administrator", email="other@x.example").get(url).status_code == 404
    assert client.get(reverse("customers:privacy_file", args=[request.pk, "x.json"])).status_code == 404
    assert AuditEntry.objects.filter(what="privacy.download").count() == 1


def test_the_page_of_who_was_erased_says_when_and_offers_what_is_not_refused(client_for: ClientFor) -> None:
    customer, admin, service = ada(), client_for("administrator"), client_for("service")
    url = customer.get_absolute_url()
    theirs = ("edit", "merge", "interactions/new", "notes/new", "follow", "tags", "owner")
    offered = [f"{url}{one}/" for one in theirs] + [f"tasks/new/?customer={customer.pk}"]
    page = admin.get(url).content.decode()
    assert [one for one in offered if one not in page] == []
    admin.post(reverse("customers:privacy_erase", args=[customer.pk]), {"reason": "asked"})
    request = PrivacyRequest.objects.get()
    admin.post(reverse("customers:privacy_confirm", args=[request.pk]), {"number": customer.pk})
    erasing.run(pk=request.pk)
    page, others = (client.get(url).content.decode() for client in (admin, service))
    assert [one for one in offered if one in page or one in others] == []
    said, leads = "This person was erased on request on Nov. 15, 2026.", f'href="/privacy/{request.pk}/"'
    assert (said in page, said in others, leads in page, leads in others) == (True, True, True, False)
    privacy = admin.get(reverse("customers:privacy", args=[customer.pk])).content.decode()
    assert (said in privacy, "Export all that is held" in privacy, "Erase …" in privacy) == (True, False, False)
    for tab in ("people", "notes", "related", "sources", "history", "orders", "repairs"):
        answer = admin.get(reverse(f"customers:{tab}", args=[customer.pk]))
        assert (answer.status_code, said in answer.content.decode()) == (200, True)
        assert [one for one in ("new/", "relate/", "restore/") if f"{url}{one}" in answer.content.decode()] == []


def test_nobody_types_in_who_was_erased_and_learns_it(client_for: ClientFor) -> None:
    customer, admin = ada(), client_for("administrator")
    admin.post(reverse("customers:privacy_erase", args=[customer.pk]), {"reason": "asked"})
    request = PrivacyRequest.objects.get()
    admin.post(reverse("customers:privacy_confirm", args=[request.pk]), {"number": customer.pk})
    erasing.run(pk=request.pk)
    typed = {"kind": "person", "name": "Ada Lovelace", "email": "ada@x.example"}
    answers = {}
    for role in ("sales", "administrator"):
        answer = client_for(role).post(reverse("customers:create"), typed)
        answers[role] = answer.content.decode()
        assert answer.status_code == 422
    assert "This can be neither kept nor brought back." in answers["sales"]
    assert "erased" not in answers["sales"]
    assert f"erased on request (#{request.pk})" in answers["administrator"]
    assert AuditEntry.objects.filter(what="privacy.refused").count() == 2


def test_forms_that_type_people_in_count_among_searches(client_for: ClientFor, settings: Any) -> None:
    settings.CRM_LIMITS = {**settings.CRM_LIMITS, "search": Rate.parse("2/1m")}
    customer, contact, client = ada(), ContactFactory.create(), client_for("sales")
    urls = [
        reverse("customers:create"), reverse("customers:edit", args=[customer.pk]),
        reverse("customers:add_contact", args=[customer.pk]), reverse("customers:edit_contact", args=[contact.pk]),
        reverse("customers:mend_one", args=["city-complete", customer.pk]),
    ]  # fmt: skip
    assert [client.post(url).status_code for url in urls] == [422, 422, 429, 429, 429]
    assert [client.get(url).status_code for url in urls] == [200] * 5


def test_an_erase_that_has_failed_is_not_told_to_be_done(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, admin = ada(), client_for("administrator")
    admin.post(reverse("customers:privacy_erase", args=[customer.pk]), {"reason": "asked"})
    request = PrivacyRequest.objects.get()
    admin.post(reverse("customers:privacy_confirm", args=[request.pk]), {"number": customer.pk})
    monkeypatch.setattr(erasing, "_forget_names", lambda *_: 1 / 0)
    for _try in range(trying.TRIES):
        tasks.resume_privacy()
    page = admin.get(customer.get_absolute_url()).content.decode()
    assert "This person is being erased on request." in page
    assert "was erased" not in page


def test_the_list_is_empty_at_first(client_for: ClientFor) -> None:
    client = client_for("administrator")
    assert "Nobody has asked yet" in client.get(reverse("customers:privacy_requests")).content.decode()
    PrivacyRequestFactory.create(reference="L-1")
    assert "L-1" in client.get(reverse("customers:privacy_requests")).content.decode()
