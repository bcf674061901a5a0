import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone, translation

from crm.common.templatetags import figures


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (figures.number(1234567.8), "1,234,568"),
        (figures.number(Decimal("1.25"), 1), "1.2"),
        (figures.number(None), "–"),
        (figures.number("x"), "–"),
        (figures.number(""), "–"),
        (figures.number(True), "–"),
        (figures.number(float("inf")), "–"),
        (figures.number("1234"), "1,234"),
        (figures.number(float("nan")), "–"),
        (figures.signed(-3.21, 1), "−3.2"),
        (figures.signed(3), "+3"),
        (figures.signed(0), "±0"),
        (figures.signed(None), "–"),
        (figures.percent(None), "–"),
        (figures.points(None), "–"),
        (figures.points(Decimal("-0.0412"), 2), "−4.12\u202fpp"),
        (figures.percent(0.8234), "82.3%"),
        (figures.percent(Decimal(1), 0), "100%"),
        (figures.points(0.041), "+4.1\u202fpp"),
        (figures.money(Decimal("1234.5"), "EUR"), "€1,234.50"),
        (figures.money(1234, "JPY"), "¥1,234"),
        (figures.money_round(Decimal("1234.5"), "USD"), "$1,234"),
        (figures.money(None), "–"),
        (figures.money_round(None), "–"),
        (figures.duration(42), "42 s"),
        (figures.duration(42.34), "42.3 s"),
        (figures.duration(0), "0 s"),
        (figures.duration(59.94), "59.9 s"),
        (figures.duration(59.96), "1 min 00 s"),
        (figures.duration(60), "1 min 00 s"),
        (figures.duration(185), "3 min 05 s"),
        (figures.duration(3599.6), "1 h 00 min"),
        (figures.duration(3600), "1 h 00 min"),
        (figures.duration(86_400), "1 d 0 h"),
        (figures.duration(7500), "2 h 05 min"),
        (figures.duration(3 * 86400 + 4 * 3600), "3 d 4 h"),
        (figures.duration(-90), "−1 min 30 s"),
        (figures.duration(None), "–"),
        (figures.measure(0.5, "share"), "50.0%"),
        (figures.measure(0.5, "ratio"), "50.0%"),
        (figures.measure(61, "seconds"), "1 min 01 s"),
        (figures.measure(1500, "USD"), "$1,500"),
        (figures.measure(42.25, "score"), "42.2"),
        (figures.measure(1200, "calls"), "1,200\u202fcalls"),
        (figures.measure(1000.4, "calls"), "1,000\u202fcalls"),
        (figures.measure(3), "3"),
        (figures.measure(None, "share"), "–"),
    ],
)
def test_figures_in_english(written: str, expected: str) -> None:
    assert written == expected


def test_money_is_the_companys_where_nothing_else_is_said() -> None:
    assert figures.money(Decimal("1234.5")) == "€1,234.50"
    assert figures.money_round(Decimal("-0.6")) == "-€1"
    assert figures.measure(1500, "money") == "€1,500"


def test_figures_follow_the_reader() -> None:
    with translation.override("zh-hans"):
        assert (figures.money(1234.5, "CNY"), figures.percent(0.5)) == ("¥1,234.50", "50.0%")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.datetime(2026, 5, 10, 11, 59, 40, tzinfo=dt.UTC), "just now"),
        (dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC), "3\xa0days ago"),
        (dt.datetime(2026, 5, 12, 12, tzinfo=dt.UTC), "in 2\xa0days"),
        (dt.date(2026, 5, 10), "today"),
        (dt.date(2026, 5, 8), "2\xa0days ago"),
    ],
)
@time_machine.travel(dt.datetime(2026, 5, 10, 12, tzinfo=dt.UTC), tick=False)
def test_moments_read_relative_with_the_exact_one_on_hover(moment: dt.date, words: str) -> None:
    tag = str(figures.ago(moment))
    assert f">{words}</time>" in tag
    assert f'datetime="{moment.isoformat()}"' in tag
    assert 'title="May ' in tag


def test_no_moment_is_a_dash() -> None:
    assert figures.ago(None) == "–"


@time_machine.travel(dt.datetime(2026, 5, 10, 12, tzinfo=dt.UTC), tick=False)
def test_what_is_kept_follows_language_and_time_zone() -> None:
    moment, seen = dt.datetime(2026, 5, 7, 22, tzinfo=dt.UTC), []
    for language, zone in (("en", "UTC"), ("zh-hans", "UTC"), ("en", "Asia/Shanghai"), ("en", "UTC")):
        with translation.override(language), timezone.override(zone):
            seen.append((str(figures.ago(moment)), figures.day(moment.date()), figures.percent(0.5)))

    def tag(machine: str, exact: str, words: str) -> str:
        return f'<time class="ago" datetime="{machine}" title="{exact}">{words}</time>'

    assert seen[0] == seen[3]
    assert seen[0][0] == tag("2026-05-07T22:00:00+00:00", "May 7, 2026, 10 p.m.", "2\xa0days ago")
    assert seen[1][0] == tag("2026-05-07T22:00:00+00:00", "2026年5月7日 22:00", "2\xa0天前")
    assert seen[2][0] == tag("2026-05-08T06:00:00+08:00", "May 8, 2026, 6 a.m.", "2\xa0days ago")
    assert [day for _, day, _ in seen] == ["May 7, 2026", "2026年5月7日", "May 7, 2026", "May 7, 2026"]


@time_machine.travel(dt.datetime(2026, 5, 10, 12, tzinfo=dt.UTC), tick=False)
def test_how_a_moment_is_written_follows_language_and_time_zone() -> None:
    moment, seen = dt.datetime(2026, 5, 7, 22, tzinfo=dt.UTC), []
    for language, zone in (("en", "UTC"), ("zh-hans", "UTC"), ("en", "Asia/Shanghai"), ("en", "UTC")):
        with translation.override(language), timezone.override(zone):
            seen.append((str(figures.dated(moment)), str(figures.clock(moment))))
    english = '<time datetime="2026-05-07T22:00:00+00:00" title="May 7, 2026, 10 p.m. · 2\xa0days ago">'
    chinese = '<time datetime="2026-05-07T22:00:00+00:00" title="2026年5月7日 22:00 · 2\xa0天前">'
    eastern = '<time datetime="2026-05-08T06:00:00+08:00" title="May 8, 2026, 6 a.m. · 2\xa0days ago">'
    assert seen[0] == seen[3] == (f"{english}May 7, 2026</time>", f"{english}10 p.m.</time>")
    assert seen[1] == (f"{chinese}2026年5月7日</time>", f"{chinese}22:00</time>")
    assert seen[2] == (f"{eastern}May 8, 2026</time>", f"{eastern}6 a.m.</time>")


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        (
            dt.datetime(2026, 5, 7, 8, tzinfo=dt.UTC),
            '<time datetime="2026-05-07T08:00:00+00:00" title="May 7, 2026, 8 a.m. · 3\xa0days ago">May 7, 2026</time>',
        ),
        (dt.date(2026, 5, 9), '<time datetime="2026-05-09" title="1\xa0day ago">May 9, 2026</time>'),
        (dt.date(2026, 5, 10), '<time datetime="2026-05-10" title="today">May 10, 2026</time>'),
        (None, "–"),
    ],
)
@time_machine.travel(dt.datetime(2026, 5, 10, 12, tzinfo=dt.UTC), tick=False)
def test_in_tables_the_day_comes_first_and_its_age_on_hover(value: dt.date | None, tag: str) -> None:
    assert figures.dated(value) == tag


def test_no_day_is_a_dash() -> None:
    assert figures.day(None) == "–"
