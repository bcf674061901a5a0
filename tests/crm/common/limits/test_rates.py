from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm.common.limits.rates import Rate


@pytest.mark.parametrize(
    ("text", "uses", "seconds"), [("30/5m", 30, 300), ("120/m", 120, 60), ("1/10s", 1, 10), (" 4/2h ", 4, 7200)]
)
def test_a_rate_is_read(text: str, uses: int, seconds: int) -> None:
    assert Rate.parse(text) == Rate(uses=uses, window=timedelta(seconds=seconds))


@pytest.mark.parametrize("text", ["", "30", "30/", "0/5m", "30/0m", "-1/5m", "30/5d", "30/5m/ip", "x/5m", "٣/5x"])
def test_what_is_no_rate_is_refused_by_name(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"“{text}” is no rate such as 30/5m"):
        Rate.parse(text)
