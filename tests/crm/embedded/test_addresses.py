import pytest

from crm.embedded import addresses
from crm.embedded.problems import Problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://crm:secret@db.example:5432/crm"),
        ("DATABASE_URL", "postgresql://crm:p%40ss@db.example/crm?sslmode=require"),
        ("DATABASE_URL", "postgres:///crm"),
        ("DATABASE_URL", "postgres://crm@%2Fvar%2Frun/crm"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", "redis://:secret@127.0.0.1:6379/0"),
        ("REDIS_URL", "rediss://redis.example"),
    ],
)
def test_what_can_be_an_address(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    addresses.check()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://crm@db.example/crm"),
        ("DATABASE_URL", "postgres://crm@db.example"),
        ("DATABASE_URL", "postgres://crm@db.example:port/crm"),
        ("DATABASE_URL", "postgres://crm:pa#ss@db.example/crm"),
        ("DATABASE_URL", "postgres://crm@[db.example/crm"),
        ("DATABASE_OWNER_URL", "nonsense"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://redis.example"),
        ("REDIS_URL", "redis://redis.example/first"),
        ("REDIS_URL", "redis://redis.example:99999/0"),
    ],
)
def test_what_cannot(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match=f"^{name} is not an address") as refused:
        addresses.check()
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("application", "owner"),
    [
        ("postgres://crm@db.example/crm", "postgres://crm_owner@db.example:5432/crm"),
        ("postgres://crm@pooler.example:6432/crm", "postgres://crm_owner@db.example/crm"),
        ("postgres://crm@db.example/crm", ""),
    ],
)
def test_the_roles_of_one_database(application: str, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", application)
    monkeypatch.setenv("DATABASE_OWNER_URL", owner)
    addresses.check()


@pytest.mark.parametrize(
    ("application", "owner"),
    [
        ("", "postgres://crm_owner@db.example/crm"),
        ("postgres://crm@db.example/crm", "postgres://crm_owner@db.example/other"),
        ("postgres:///crm", "postgres://crm_owner@db.example/crm"),
        ("postgres://crm@db.example/crm", "postgres:///crm"),
    ],
)
def test_an_owner_of_another_database_is_refused(application: str, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", application)
    monkeypatch.setenv("DATABASE_OWNER_URL", owner)
    with pytest.raises(
        Problem, match=r"^DATABASE_OWNER_URL and DATABASE_URL must name two roles of the same database\.$"
    ):
        addresses.check()
