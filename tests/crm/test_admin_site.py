import re

import pytest

from accounts.models import User
from tests.conftest import ClientFor

ICON = re.compile(r'<link rel="icon" href="(/static/img/mark[^"]*\.svg)"')


@pytest.mark.parametrize("path", ["/admin/", "/admin/metrics/kpirules/", "/admin/metrics/kpirules/add/"])
def test_browsers_are_told_of_the_same_icon_as_on_every_page(client_for: ClientFor, path: str) -> None:
    """Else they ask for /favicon.ico, which is none of ours."""
    client = client_for("administrator")
    (of_the_administration,) = ICON.findall(client.get(path).content.decode())
    assert of_the_administration in client.get("/me/").content.decode()


def test_models_stand_beside_every_page_by_their_names_in_the_readers_language(client_for: ClientFor) -> None:
    client = client_for("administrator")
    for language, name in (("en", "Tasks"), ("zh-hans", "任务")):
        User.objects.update(language=language)
        apps = {app["app_label"]: app for app in client.get("/admin/").context["available_apps"]}
        names = [model["name"] for model in apps["customers"]["models"]]
        assert (name in names, names) == (True, sorted(names))
        assert {type(name) for name in names} == {str}
