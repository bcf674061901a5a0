from typing import Any

import pytest
from django.utils.translation import override

from customers.interactions.purposes import Offered, offered
from customers.models import Outcome, Purpose
from tests.factories.interactions import InteractionFactory, OutcomeFactory, PurposeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def words() -> None:
    """Two purposes of which one is offered no more."""
    Purpose.objects.all().delete()
    Outcome.objects.all().delete()
    PurposeFactory.create(key="complaint", name="Complaint", name_zh="投诉")
    PurposeFactory.create(key="fax", name="By fax", is_offered=False)


def use(*purposes: str) -> None:
    for purpose in purposes:
        InteractionFactory.create(purpose=purpose)


@pytest.mark.usefixtures("words")
def test_nothing_in_use_leaves_the_words_that_are_offered() -> None:
    keys = {"complaint": "complaint", "投诉": "complaint", "fax": "fax", "by fax": "fax"}
    names = {"complaint": "Complaint", "fax": "By fax"}
    assert offered() == Offered(purposes=["Complaint"], keys=keys, names=names, outcomes=[], solving=[])


@pytest.mark.usefixtures("words")
def test_what_is_in_use_comes_after_them_most_frequent_first() -> None:
    use("Roof", "Attic", "Cellar", "Cellar", "", "", "", "屋顶", "屋顶")
    assert offered().purposes == ["Complaint", "Cellar", "屋顶", "Attic", "Roof"]


@pytest.mark.usefixtures("words")
def test_a_known_word_is_not_offered_again_in_whatever_form() -> None:
    use("complaint", "COMPLAINT", "投诉", "fax", "By FAX", "Complaints")
    assert offered().purposes == ["Complaint", "Complaints"]


@pytest.mark.usefixtures("words")
def test_twenty_at_most_of_those_in_use() -> None:
    use(*(f"Purpose {number:02}" for number in range(21)))
    assert offered().purposes == ["Complaint", *(f"Purpose {number:02}" for number in range(20))]


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("complaint", "complaint"),
        ("Complaint", "complaint"),
        ("投诉", "complaint"),
        ("BY FAX", "fax"),  # offered no more, and still known
        ("fax ", "fax "),
        ("A thing of its Own", "A thing of its Own"),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("words")
def test_what_is_typed_is_recorded_as_the_key_of_a_known_word(typed: str, recorded: str) -> None:
    assert offered().key_of(typed) == recorded


@pytest.mark.usefixtures("words")
def test_words_are_named_in_the_readers_language() -> None:
    OutcomeFactory.create(key="sold", name="Sold", name_zh="已售")
    OutcomeFactory.create(key="lost", name="Lost", name_zh="")
    OutcomeFactory.create(key="old", is_offered=False)
    assert sorted(offered().outcomes) == [("lost", "Lost"), ("sold", "Sold")]
    with override("zh-hans"):
        assert sorted(offered().outcomes) == [("lost", "Lost"), ("sold", "已售")]
        assert offered().purposes == ["投诉"]


def test_three_queries(django_assert_num_queries: Any) -> None:
    use("Roof", "Attic")
    with django_assert_num_queries(3):
        offered()
