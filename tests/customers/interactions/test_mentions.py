import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.interactions.mentions import mentioned
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def colleagues() -> dict[str, User]:
    UserFactory.create(name="Gone Away", is_active=False)
    names = ("Ann", "Ann Bell", "王芳", "Zoë")
    return {name: UserFactory.create(name=name) for name in names} | {"": UserFactory.create(name="", email="x@y.de")}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask @Ann.", ["Ann"]),
        ("@ann bell and @ANN, @Ann", ["Ann Bell", "Ann"]),
        ("@Ann Bella", ["Ann"]),
        ("@Annabel, bob@Ann, @@Ann, @ Ann", []),
        ("请@王芳看一下", ["王芳"]),
        ("@zoë!", ["Zoë"]),
        ("@x@y.de", [""]),
        ("@Gone Away", []),
        ("@", []),
    ],
)
def test_who_is_named(text: str, names: list[str], colleagues: dict[str, User]) -> None:
    assert mentioned(text) == [colleagues[name] for name in names]


def test_each_place_is_looked_up_however_many_people_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(User, "__str__", lambda user: read.append(user) or user.name or user.email)
    assert mentioned("@nobody " * 1000) == []
    assert len(read) <= 2 * 5


def test_without_the_sign_nobody_is_looked_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert mentioned("mail ann at acme dot example; bob@ann") == []
