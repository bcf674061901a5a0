from crm.databases import connecting

ADDRESS = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example", "NAME": "crm"}


def test_pages_give_up_jobs_do_not() -> None:
    web = connecting(ADDRESS, process="web", pool=8)
    assert web["OPTIONS"]["options"] == (
        "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    )
    assert [
        "options" in connecting(ADDRESS, process=name, pool=0)["OPTIONS"] for name in ("worker", "beat", "manage")
    ] == [False] * 3


def test_what_the_address_asks_for_stays() -> None:
    found = connecting(ADDRESS | {"OPTIONS": {"sslmode": "require", "options": "-c role=x"}}, process="web", pool=0)
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["options"].startswith("-c role=x -c statement_timeout")


def test_connections_are_looked_at_before_they_are_used_again() -> None:
    pooled, kept = connecting(ADDRESS, process="web", pool=8), connecting(ADDRESS, process="worker", pool=0)
    assert [pooled["CONN_HEALTH_CHECKS"], kept["CONN_HEALTH_CHECKS"]] == [True, True]
    assert pooled["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 2}
    assert ("CONN_MAX_AGE" in pooled, kept["CONN_MAX_AGE"]) == (False, 600)
