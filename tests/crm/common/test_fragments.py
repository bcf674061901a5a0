import pytest

from tests.conftest import ClientFor
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_htmx_gets_the_part_and_history_the_whole_page(client_for: ClientFor) -> None:
    client, url = client_for("sales"), f"/customers/{CustomerFactory.create().pk}/timeline/"

    def is_whole(**headers: str) -> bool:
        return b"</html>" in client.get(url, headers=headers).content

    assert is_whole()
    assert not is_whole(**{"HX-Request": "true"})
    assert is_whole(**{"HX-Request": "true", "HX-History-Restore-Request": "true"})


def test_caches_keep_part_and_page_apart(client_for: ClientFor) -> None:
    answer = client_for("sales").get(f"/customers/{CustomerFactory.create().pk}/timeline/")

    assert {"HX-Request", "HX-History-Restore-Request"} <= set(answer.headers["Vary"].split(", "))


def test_a_part_of_the_page_s_own_template(client_for: ClientFor) -> None:
    client, url = client_for("sales"), f"/customers/{CustomerFactory.create().pk}/interactions/new/"

    part = client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith("<form")
    assert "</html>" not in part
    assert f'hx-post="{url}"' in part
    assert f'hx-post="{url}"' not in client.get(url).content.decode()
