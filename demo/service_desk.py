"""Letters, mails and visits of the after-sales department, and the answers of the survey tool."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path

from crm.common.days import days_between
from demo import plan, words
from demo.departments import after_sales_id, shop_id
from demo.files import DemoFile, Row, write_csv
from demo.parties import Party
from demo.plan import TEAMS, Timeline

INTERACTIONS = 2_600
CHANNELS = (("email", 55), ("web", 20), ("letter", 6), ("visit", 7), ("chat", 12))
OUTCOMES = ("solved", "solved", "solved", "forwarded", "call back")
# a month: satisfaction, recommendation, effort, preferred payment
SURVEYS = {"csat": 150, "nps": 75, "ces": 50, "payment_method": 12}
PAYMENT_METHODS = (("invoice", 45), ("card", 20), ("direct debit", 15), ("支付宝", 12), ("微信支付", 8))


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws customers, the busier ones more often."""

    parties: Sequence[Party]
    weights: Sequence[float]

    @classmethod
    def over(cls, parties: Sequence[Party]) -> "Sampler":
        return cls(parties, list(accumulate(party.weight**0.5 for party in parties)))

    def draw(self, generator: random.Random) -> Party:
        return generator.choices(self.parties, cum_weights=self.weights)[0]


def write_interactions(
    generator: random.Random, *, parties: Sequence[Party], agents: Sequence[str], timeline: Timeline, folder: Path
) -> DemoFile:
    sampler = Sampler.over(parties)
    days = [day for day in days_between(timeline.first, timeline.last) if day.weekday() < 5]
    dates = sorted(generator.choices(days, k=INTERACTIONS))
    rows = (_interaction(generator, number, day, sampler, agents) for number, day in enumerate(dates, start=1))
    headers = (
        "external_id", "customer_external_id", "contact_value", "channel", "direction", "purpose", "subject", "body",
        "occurred_at", "agent_email", "team", "duration_s", "outcome",
    )  # fmt: skip
    path = write_csv(folder / "after-sales" / "contacts.csv", headers=headers, rows=rows)
    return DemoFile("interactions", "after-sales", path)


def _interaction(generator: random.Random, number: int, day: date, sampler: Sampler, agents: Sequence[str]) -> Row:
    """One in twenty comes from an address nobody knows and waits for a person to match it."""
    party = None if generator.random() < 0.05 else sampler.draw(generator)
    channel = _pick(generator, CHANNELS)
    purpose = generator.choice(("repair", "repair", "complaint", "enquiry", "order"))
    subject = generator.choice(words.SUBJECTS[purpose])
    minute = generator.randrange(7 * 60, 18 * 60)
    return (
        f"V{number:06}", after_sales_id(party) if party else "",
        party.email if party else f"someone{number}@unknown.example", channel,
        "out" if channel == "visit" or generator.random() < 0.15 else "in", purpose, subject,
        f"{subject}. {party.contact if party else '?'}", f"{day}T{minute // 60:02}:{minute % 60:02}:00",
        generator.choice(agents), "asia" if party and party.language == "zh" else "service",
        generator.randrange(120, 1500), generator.choice(OUTCOMES),
    )  # fmt: skip


def write_answers(generator: random.Random, *, parties: Sequence[Party], timeline: Timeline, folder: Path) -> DemoFile:
    headers = (
        "external_id", "survey", "customer_external_id", "answered_at", "value", "comment", "team", "channel",
    )  # fmt: skip
    rows = _answers(generator, Sampler.over(parties), timeline)
    return DemoFile(
        "survey_answers", "survey-tool", write_csv(folder / "survey-tool" / "answers.csv", headers=headers, rows=rows)
    )


def _answers(generator: random.Random, sampler: Sampler, timeline: Timeline) -> Iterator[Row]:
    number = 0
    for month in timeline.months:
        days = days_between(month, timeline.last_day(month))
        for survey, a_month in SURVEYS.items():
            for value in _values(generator, survey, round(a_month * len(days) / 30.4), days, timeline):
                number += 1
                party = sampler.draw(generator)
                team = "asia" if party.language == "zh" else generator.choice(TEAMS[:2]).key
                moment = f"{generator.choice(days)}T{generator.randrange(8, 20):02}:{generator.randrange(60):02}:00"
                yield (f"A{number:06}", survey, f"shop/{shop_id(party)}", moment, value,
                       generator.choice(words.COMMENTS), team, generator.choice(("email", "phone", "web")))  # fmt: skip


def _values(
    generator: random.Random, survey: str, count: int, days: Sequence[date], timeline: Timeline
) -> list[object]:
    """The month's answers by quota, shuffled: satisfaction rises over the whole two years, the others stay."""
    if survey == "payment_method":
        return [_pick(generator, PAYMENT_METHODS) for _number in range(count)]
    low, middle, high = plan.NPS_SHARES
    month = days[0].replace(day=1)
    swing = plan.SURVEY_SPREAD * timeline.swing(survey, month)
    satisfied, easy = timeline.csat_share(days[len(days) // 2]), plan.CES_EASY_SHARE + swing
    scales = {
        "csat": (((1, 3), 1 - satisfied), ((4, 5), satisfied)),
        "nps": (((0, 6), low - swing), ((7, 8), middle), ((9, 10), high + swing)),
        "ces": (((1, 4), 1 - easy), ((5, 7), easy)),
    }
    values = [generator.randint(*scale) for scale in _quota(scales[survey], count)]
    generator.shuffle(values)
    return list(values)


def _quota(shares: Sequence[tuple[tuple[int, int], float]], count: int) -> Iterator[tuple[int, int]]:
    """`count` scales in the given shares, whole numbers by the largest cumulated share."""
    given, total = 0, 0.0
    for scale, share in shares:
        total += share
        upto = round(total * count)
        yield from [scale] * (upto - given)
        given = upto


def _pick(generator: random.Random, choices: Sequence[tuple[str, int]]) -> str:
    return generator.choices([value for value, _weight in choices], weights=[weight for _value, weight in choices])[0]
