"""What the fields weigh: by what they are used for, previewed, and set."""

import re
from typing import Any

import pytest

from accounts.models import SavedView
from crm.common.versions import version
from customers.identity.editing import change_customer, create_customer
from customers.identity.hygiene.following import refresh_hygiene
from customers.identity.ordering import FIELDS
from customers.identity.survivorship_rules import set_rule
from customers.page.filters import LIST
from customers.page.hygiene_use import OF_LIST, OFTEN, uses
from metrics.engine.changing_rules import IDENTITY, change_rules
from metrics.engine.rules import USUAL
from metrics.models import KpiRules
from metrics.pages.hygiene_weights import proposed
from tests.conftest import NOON, ClientFor
from tests.factories.accounts import SavedViewFactory
from tests.factories.customers import CustomerFactory
from tests.forms import as_shown
from tests.metrics import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
URL = "/customers/hygiene/weights/"
CITY = {"field": "city", "op": "is", "value": "Bonn"}


def view(**fields: Any) -> SavedView:
    return SavedViewFactory.create(of_list="page.customers", **fields)


def test_what_the_product_uses_a_field_for_counts_whatever_anybody_does() -> None:
    found = {key: use.points for key, use in uses().items()}
    assert found == {
        "name": 3, "tax_id": 5, "email": 5, "phone": 5, "address": 2, "city": 3, "region": 1, "country": 1,
        "postcode": 2, "industry": 1, "language": 1, "birth_date": 2,
    }  # fmt: skip
    assert proposed(uses()) == {**{f"hygiene_{key}": value for key, value in found.items()},
                                "hygiene_unique": 5, "hygiene_fresh": 5}  # fmt: skip


def test_views_count_that_narrow_show_or_sort_by_a_field() -> None:
    assert OF_LIST == LIST
    view(conditions={"all": [{"any": [CITY]}, {"field": "industry", "op": "is", "value": "x"}]})
    view(columns=["place", "language"], sort="-name")
    view(conditions={"all": "nonsense"}, columns=[])
    SavedViewFactory.create(of_list="other", conditions={"all": [CITY]})
    views = {key: use.views for key, use in uses().items() if use.views}
    assert views == {"city": 2, "industry": 1, "country": 1, "language": 1, "name": 1}


def test_what_people_type_and_decide_counts() -> None:
    for number in range(11):
        create_customer(fields={"name": f"A{number}", **({"region": "Lazio"} if not number else {})})
    first = create_customer(fields={"name": "B"})
    change_customer(customer=first, fields={"industry": "steel", "language": ""}, seen=version(first, FIELDS))
    set_rule(field="language", rule="newest", by=None, now=NOON)
    found = uses()
    assert (found["name"].typed, found["region"].is_typed, found["language"].typed) == (1, False, 0)
    assert found["region"].typed is not None
    assert 0 < found["region"].typed < OFTEN
    assert (found["language"].has_rule, found["language"].points) == (True, 2)


def test_a_preview_says_what_becomes_of_the_score_and_saves_nothing(client_for: ClientFor) -> None:
    CustomerFactory.create()
    refresh_hygiene()
    figures.baseline("hygiene")
    client = client_for("administrator")
    shown = as_shown(client.get(URL), with_field="hygiene_email")
    answer = client.post(URL, {**shown, "hygiene_email": "0", "preview": "1"}, follow=True)
    text = answer.content.decode()
    score = answer.context["preview"].changes[0]
    assert [round(float(one), 3) for one in (score.now, score.then)] == [round(22 / 47, 3), round(22 / 42, 3)]
    assert "1 baseline of this KPI stays as evidence" in text
    assert 'value="0"' in re.search(r'<input[^>]*name="hygiene_email"[^>]*>', text)[0]  # type: ignore[index]
    assert KpiRules.objects.count() == 1


def test_saved_it_is_a_version_with_name_and_reason_and_leaves_other_rules(client_for: ClientFor) -> None:
    change_rules(values={**USUAL, "answer_within_s": 30}, reason="so", by=None)
    client = client_for("administrator")
    shown = as_shown(client.get(URL), with_field="hygiene_email")
    assert client.post(URL, {**shown, "hygiene_email": "1"}).status_code == 422  # no reason
    answer = client.post(URL, {**shown, "hygiene_email": "1", "reason": "We write letters."})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/hygiene/")
    made = KpiRules.objects.order_by("-id")[0]
    assert made.values == {**USUAL, "answer_within_s": 30, "hygiene_email": 1}
    assert (made.reason, made.set_by and made.set_by.email) == ("We write letters.", "administrator@test.example")
    refused = client.post(URL, {**shown, "hygiene_email": "2", "reason": "Again"})  # of the version before
    assert refused.status_code in (409, 422)
    assert version(made, IDENTITY) in refused.content.decode()


@pytest.mark.parametrize("value", ["-1", "101", "x", "1e309", ""])
def test_what_cannot_weigh_is_said_beside_it(client_for: ClientFor, value: str) -> None:
    client = client_for("administrator")
    shown = as_shown(client.get(URL), with_field="hygiene_email")
    answer = client.post(URL, {**shown, "hygiene_email": value, "reason": "so"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"hygiene_email"}
    assert client.get(URL, {"preview": "1", "hygiene_email": value}).status_code == 200


def test_the_form_can_begin_with_what_use_comes_to(client_for: ClientFor) -> None:
    view(columns=["industry"])
    form = client_for("administrator").get(URL, {"proposed": "1"}).context["form"]
    assert (form["hygiene_industry"].value(), form["hygiene_country"].value()) == (2, 1)
    assert KpiRules.objects.count() == 1
