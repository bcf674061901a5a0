"""An administrator changes the company's zone and currency: what follows, what stands in the way, and who it was."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.common import locks
from crm.common.audit.tracking import event_models
from crm.common.company import current
from crm.common.company.changing import FIELDS, change_company, models_with_amounts
from crm.common.company.models import Company
from crm.common.versions import ChangedMeanwhile, version
from customers.models import Interaction
from customers.tasks import resume_zone_change
from customers.time_zone import stored_zone
from tests.conftest import ClientFor
from tests.database import another_connection
from tests.factories.importing import ImportBatchFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.trade import OrderFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db
URL = "/admin/common/company/1/change/"
CHANGING = "time zone is being changed: days are cut anew"
LATE = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)  # the first of April in Shanghai


def send(client: Client, **typed: str) -> Any:
    return client.post(URL, {**as_shown(client.get(URL), with_field="currency"), **typed})


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def standing() -> tuple[str, str]:
    row = Company.objects.get()
    return row.time_zone, row.currency


@pytest.mark.slow
class TestTheZone:
    def test_is_changed_by_a_job_while_pages_say_so_and_a_second_change_is_refused(
        self, client_for: ClientFor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        client, contact = client_for("administrator"), InteractionFactory.create(occurred_at=LATE)
        with django_capture_on_commit_callbacks() as after:
            assert send(client, time_zone="Asia/Shanghai").status_code == 302
        assert any("wake" in each.__qualname__ for each in after)
        assert (standing()[0], stored_zone()) == ("Asia/Shanghai", "Asia/Shanghai")
        assert Interaction.objects.get(pk=contact.pk).day == date(2026, 3, 31)
        shown = client.get(URL).content.decode()
        assert CHANGING in shown
        assert "Days are being cut anew in Asia/Shanghai." in shown
        assert CHANGING in client.get("/admin/").content.decode()

        again = send(client, time_zone="Europe/Berlin")
        assert errors(again) == {"time_zone": ["The time zone is being changed already. Wait until that has ended."]}

        for _time in range(2):
            resume_zone_change()
        assert Interaction.objects.get(pk=contact.pk).day == date(2026, 4, 1)
        assert standing()[0] == "Asia/Shanghai"
        shown = client.get(URL).content.decode()
        assert CHANGING not in shown
        assert "Administrator: time zone: UTC → Asia/Shanghai" in shown

    def test_has_its_words_in_the_reader_s_language(self, client_for: ClientFor) -> None:
        client = client_for("administrator")
        shown = client.get(URL, headers={"accept-language": "zh-hans"}).content.decode()
        assert ("时区:" in shown, "货币:" in shown, "时区更改开始于:" in shown) == (True, True, True)
        assert ("Time zone:" in (shown := client.get(URL).content.decode()), "Currency:" in shown) == (True, True)

    def test_is_none_that_is_no_zone(self, client_for: ClientFor) -> None:
        answer = send(client_for("administrator"), time_zone="Mars/Olympus")
        assert "Mars/Olympus is not one of the available choices" in errors(answer)["time_zone"][0]
        assert standing() == ("UTC", "EUR")

    def test_stays_while_a_file_is_read(self, client_for: ClientFor) -> None:
        ImportBatchFactory(state="staging", filename="orders.csv")
        client = client_for("administrator")
        (told,) = errors(send(client, time_zone="Asia/Shanghai"))["time_zone"]
        assert told == "Wait until these imports have ended: orders.csv. Their times are meant in the present zone."
        (told,) = errors(send(client, currency="CHF"))["currency"]
        assert (
            told == "Wait until these imports have ended: orders.csv. Their amounts are meant in the present currency."
        )
        assert standing() == ("UTC", "EUR")

    def test_stays_while_another_process_is_at_it(self, client_for: ClientFor) -> None:
        with another_connection() as session:
            session.execute("SELECT pg_advisory_lock(%s, %s)", [*locks.ZONE_CHANGE])
            client = client_for("administrator")
            assert send(client, time_zone="Asia/Shanghai").status_code == 302
        assert "being changed by another process" in client.get(URL).content.decode()
        assert standing() == ("UTC", "EUR")

    def test_is_told_of_when_the_environment_will_refuse_the_next_start(
        self, client_for: ClientFor, settings: Any
    ) -> None:
        settings.CRM_ENVIRONMENT = {"CRM_TIME_ZONE": "UTC"}
        client = client_for("administrator")
        send(client, time_zone="Asia/Shanghai")
        assert "CRM_TIME_ZONE in the environment contradicts this" in client.get(URL).content.decode()


class TestTheCurrency:
    def test_is_changed_before_the_first_amount_and_says_by_whom(self, client_for: ClientFor) -> None:
        client = client_for("administrator")
        assert send(client, currency="chf").status_code == 302
        assert standing() == ("UTC", "CHF")
        assert current.refresh() == current.CompanyFacts("UTC", "CHF")
        assert "Administrator: currency: EUR → CHF" in client.get(URL).content.decode()

    def test_stays_once_there_is_an_amount(self, client_for: ClientFor) -> None:
        OrderFactory.create()
        client = client_for("administrator")
        (told,) = errors(send(client, currency="CHF"))["currency"]
        assert told.startswith("It stays EUR: amounts are kept in it (orders), and each would have to be restated.")
        assert standing() == ("UTC", "EUR")
        assert send(client).status_code == 302

    def test_is_one_that_there_is(self, client_for: ClientFor) -> None:
        answer = send(client_for("administrator"), currency="QQQ")
        assert errors(answer) == {"currency": ["“QQQ” is no currency; they are named like EUR."]}

    def test_is_asked_of_every_table_with_amounts_in_it(self) -> None:
        in_it = {
            model
            for model in set(apps.get_models()) - set(event_models())
            if any(field.name.endswith("_company") for field in model._meta.local_fields)
        }
        assert in_it - set(models_with_amounts()) == set()


def test_who_read_another_version_overwrites_nothing() -> None:
    seen = version(Company.objects.get(), FIELDS)
    change_company(time_zone="UTC", currency="CHF", seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_company(time_zone="UTC", currency="USD", seen=seen)
    assert standing() == ("UTC", "CHF")


@pytest.mark.parametrize("role", ["sales", "service", "manager"])
def test_other_roles_neither_see_nor_change_it(client_for: ClientFor, role: str) -> None:
    client = client_for(role)
    assert client.get(URL, follow=True).status_code == 403
    assert client.post(URL, {"time_zone": "Asia/Shanghai", "currency": "CHF"}).status_code in {302, 403}
    assert standing() == ("UTC", "EUR")
