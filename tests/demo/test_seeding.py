"""The demo company is loaded whole in `tests.e2e.test_main_job`; here is what it refuses."""

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from customers.models import Customer

pytestmark = pytest.mark.django_db


def test_it_does_not_mix_with_customers_that_are_there(
    settings: LazySettings, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    Customer.objects.create(name="Somebody's")
    with pytest.raises(SystemExit) as left:
        call_command("seed_demo", "--json")
    assert left.value.code == 2
    assert "This database holds customers" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("seed_demo", "--scale", "100k")
    assert Customer.objects.count() == 1
