from datetime import timedelta

import pytest

from customers.models import Interaction, Tier
from tests.conftest import NOON, ClientFor, UserFor
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.tiers import TierAssignmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
HTMX = {"HX-Request": "true"}


def test_two_steps_put_a_contact_on_record(client_for: ClientFor, user_for: UserFor) -> None:
    customer, user, team = CustomerFactory.create(), user_for("service"), TeamFactory.create()
    user.team = team
    user.save()
    gold = Tier.objects.get(key="gold")
    TierAssignmentFactory.create(customer=customer, tier=gold, valid=(NOON.date() - timedelta(days=9), None))
    client, url = client_for("service"), f"/customers/{customer.pk}/interactions/new/"
    InteractionFactory.create(purpose="brochure")
    form = client.get(f"{url}?channel=email", headers=HTMX).content.decode()
    assert '<option value="Brochure">' in form
    answer = client.post(
        url, {"channel": "email", "direction": "in", "purpose": "complaint", "notes": "Too late"}, headers=HTMX
    )
    logged = Interaction.objects.get(customer=customer)
    assert (logged.channel, logged.direction, logged.purpose, logged.body) == ("email", "in", "complaint", "Too late")
    assert (logged.agent, logged.team, logged.tier, logged.is_contact) == (user, team, gold, True)
    customer.refresh_from_db()
    assert customer.last_contact_at == logged.occurred_at
    page = answer.content.decode()
    for words in ('id="timeline" hx-swap-oob="true"', "Too late", "Undo", "Contact logged."):
        assert words in page


def test_works_without_script(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    client, url = client_for("sales"), f"/customers/{customer.pk}/interactions/new/"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"channel": "phone", "direction": "out"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/customers/{customer.pk}/"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"channel": "pigeon", "direction": "in"}, "channel"),
        ({"channel": "phone", "direction": "in", "occurred_at": "2999-01-01T10:00"}, "occurred_at"),
        ({"channel": "phone", "direction": "in", "purpose": "x" * 61}, "purpose"),
    ],
)
def test_errors_stand_at_the_field(client_for: ClientFor, data: dict[str, str], field: str) -> None:
    client, url = client_for("sales"), f"/customers/{CustomerFactory.create().pk}/interactions/new/"
    whole, part = client.post(url, data), client.post(url, data, headers=HTMX)
    assert (whole.status_code, part.status_code) == (422, 422)
    assert list(whole.context["form"].errors) == [field]
    assert part.content.decode().count('class="field-error"') == 1
    assert not Interaction.objects.exists()


def test_undo_takes_back_what_was_just_logged(client_for: ClientFor) -> None:
    customer, client = CustomerFactory.create(), client_for("sales")
    older = InteractionFactory.create(customer=customer, occurred_at=NOON - timedelta(days=1))
    client.post(f"/customers/{customer.pk}/interactions/new/", {"channel": "phone", "direction": "in"})
    logged = Interaction.objects.exclude(pk=older.pk).get()
    client.post(f"/interactions/{logged.pk}/undo/", headers=HTMX)
    assert list(Interaction.objects.all()) == [older]
    customer.refresh_from_db()
    assert customer.last_contact_at == older.occurred_at


def test_undo_is_for_ones_own_and_for_two_minutes(client_for: ClientFor, user_for: UserFor) -> None:
    others = InteractionFactory.create()
    old = InteractionFactory.create(agent=user_for("sales"))
    Interaction.objects.filter(pk=old.pk).update(created_at=NOON - timedelta(minutes=3))
    client = client_for("sales")
    for interaction in (others, old):
        page = client.post(f"/interactions/{interaction.pk}/undo/", headers=HTMX).content.decode()
        assert "Only a contact you have just logged can be undone." in page
    assert Interaction.objects.count() == 2
