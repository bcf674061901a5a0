from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from customers.interactions.purposes import offered
from customers.interactions.wording import recount, save_outcome
from customers.models import Customer, Interaction, Outcome, Purpose
from tests.conftest import ClientFor
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import CustomerFactory
from tests.factories.interactions import InteractionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def meaning(word: str) -> tuple[bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT counts_as_contact, is_solved FROM crm_outcome(%s)", [word])
        row: tuple[bool, bool] = cursor.fetchone()
        return row


@pytest.mark.parametrize(
    ("word", "counts", "solved"),
    [
        ("", True, False),
        ("Sent a brochure", True, False),
        ("abandoned", False, False),
        ("ABANDONED", False, False),
        ("rejected", False, False),
        ("noise", False, False),
        ("auto_reply", False, False),
        ("solved", True, True),
    ],
)
def test_what_an_outcome_means(word: str, counts: bool, solved: bool) -> None:
    assert meaning(word) == (counts, solved)


def test_the_rule_is_inlined() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT e.is_solved FROM customers_interaction i CROSS JOIN LATERAL crm_outcome(i.outcome) e"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Function Scan" not in plan
    assert "customers_outcome" in plan


def test_a_word_is_one_word_in_any_case() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.create(key="SOLVED", name="Solved again")


def test_contacts_on_record_follow_what_counts() -> None:
    """And with them the time of the last contact."""
    customer = CustomerFactory.create()
    first = InteractionFactory.create(customer=customer, outcome="call back", occurred_at=AT)
    later = InteractionFactory.create(customer=customer, outcome="Passed On", occurred_at=AT.replace(day=9))
    Customer.objects.filter(pk=customer.pk).update(last_contact_at=later.occurred_at)
    word = Outcome.objects.get(key="passed on")
    word.counts_as_contact = False
    save_outcome(outcome=word)

    assert recount() == 1

    assert set(Interaction.objects.filter(is_contact=True)) == {first}
    customer.refresh_from_db()
    assert customer.last_contact_at == first.occurred_at
    assert recount() == 0
    word.refresh_from_db()
    word.counts_as_contact = True
    save_outcome(outcome=word)
    assert recount() == 1
    customer.refresh_from_db()
    assert customer.last_contact_at == later.occurred_at


def test_a_new_word_for_what_is_on_record_counts_there_too() -> None:
    InteractionFactory.create(outcome="spam", occurred_at=AT)
    save_outcome(outcome=Outcome(key="spam", name="Spam", counts_as_contact=False))
    assert recount() == 1


def test_a_rename_recounts_nothing() -> None:
    word = Outcome.objects.get(key="noise")
    word.name = "Wrong number"
    assert not save_outcome(outcome=word).is_recount_due


def test_files_follow_the_words(tmp_path: object) -> None:
    Outcome.objects.create(key="bounce", name="Bounce", counts_as_contact=False)
    rows = [["1", "email", "2026-03-02", "Bounce"], ["2", "email", "2026-03-02", "read"]]
    load("interactions", write_csv(tmp_path / "c.csv", "external_id,channel,occurred_at,outcome", rows))  # type: ignore[operator]
    assert list(Interaction.objects.order_by("pk").values_list("outcome", "is_contact")) == [
        ("Bounce", False),
        ("read", True),
    ]


def test_what_is_typed_in_any_language_is_recorded_as_its_key(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    url = f"/customers/{customer.pk}/interactions/new/"
    for typed in ("Complaint", "投诉", "complaint", "A thing of its own"):
        sent = {"channel": "phone", "direction": "in", "purpose": typed, "outcome": "noise"}
        assert client_for("service").post(url, sent).status_code == 302
    found = Interaction.objects.order_by("pk").values_list("purpose", "outcome", "is_contact")
    assert list(found) == [(key, "noise", False) for key in ("complaint",) * 3 + ("A thing of its own",)]
    assert Customer.objects.get().last_contact_at is None


def test_words_are_offered_and_shown_in_the_readers_language(client_for: ClientFor) -> None:
    customer = CustomerFactory.create()
    InteractionFactory.create(customer=customer, purpose="complaint", outcome="solved", subject="", occurred_at=AT)
    InteractionFactory.create(customer=customer, purpose="Roof", occurred_at=AT)
    client = client_for("service")
    text = client.get(f"/customers/{customer.pk}/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert [words in text for words in ("投诉", "已解决")] == [True, True]
    english = client.get(f"/customers/{customer.pk}/interactions/new/").content.decode()
    assert '<option value="Complaint">' in english
    with override("zh-hans"):
        chinese = offered()
    assert (chinese.purposes[0], chinese.purposes[-1]) == ("咨询", "Roof")
    assert ("solved", "已解决") in chinese.outcomes
    assert Purpose.objects.filter(is_offered=True).count() + 1 == len(chinese.purposes)
