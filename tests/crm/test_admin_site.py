import re

import pytest

from tests.conftest import ClientFor

ICON = re.compile(r'<link rel="icon" href="(/static/img/mark[^"]*\.svg)"')


@pytest.mark.parametrize("path", ["/admin/", "/admin/metrics/kpirules/", "/admin/metrics/kpirules/add/"])
def test_browsers_are_told_of_the_same_icon_as_on_every_page(client_for: ClientFor, path: str) -> None:
    """Else they ask for /favicon.ico, which is none of ours."""
    client = client_for("administrator")
    (of_the_administration,) = ICON.findall(client.get(path).content.decode())
    assert of_the_administration in client.get("/me/").content.decode()
