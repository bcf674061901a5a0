"""The telephone system's queue log of the demo company, with the effects of `demo.plan` planted in it.

Shares and means are dealt out month by month and team by team (quotas and quantiles, shuffled) rather than tossed:
so the planted figure is what the month shows, whatever the seed.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from math import exp, gamma, log
from pathlib import Path
from statistics import NormalDist

from crm.common.days import days_between
from demo import plan
from demo.files import DemoFile, write_lines
from demo.parties import Party
from demo.plan import Level, TeamPlan, Timeline

UNKNOWN_SHARE = 0.12
WAIT_SHAPE = 0.6  # Weibull: most callers wait little, some very long
TALK_SIGMA = 0.7  # log-normal
PATIENCE_S = 75.0
OVERFLOWS = ("EXITWITHTIMEOUT", "EXITWITHTIMEOUT", "EXITWITHKEY")
REJECTIONS = ("CLOSED", "CLOSED", "FULL", "JOINEMPTY")
TRANSFERS = {"BLINDTRANSFER": "0|internal|", "ATTENDEDTRANSFER": "BRIDGE|b|"}


@dataclass(slots=True)
class Ring:
    """A call as drawn: when, who, and what becomes of it. `party` None: a number nobody knows."""

    at: datetime
    party: Party | None
    number: str
    outcome: str = ""
    wait: int = 0
    talk: int = 0


def write_queue_log(
    generator: random.Random, *, callers: Sequence[Party], timeline: Timeline, folder: Path
) -> DemoFile:
    events: list[tuple[int, int, str]] = []
    first = int(datetime.combine(timeline.first, datetime.min.time(), tzinfo=UTC).timestamp())
    events.append((first, 0, "NONE|NONE|NONE|QUEUESTART|"))
    for team in plan.TEAMS:
        for ring in draw_rings(generator, team=team, callers=callers, timeline=timeline):
            events += _events(generator, team, ring, len(events))
    events.sort()
    lines = (f"{at}|{line}" for at, _order, line in events)
    return DemoFile("calls", "telephone", write_lines(folder / "telephone" / "queue_log", lines))


def draw_rings(generator: random.Random, *, team: TeamPlan, callers: Sequence[Party], timeline: Timeline) -> list[Ring]:
    chinese = team.key == "asia"
    known = [party for party in callers if (party.language == "zh") == chinese]
    rings = [*_first_calls(generator, team, known, timeline)]
    rings += [again for ring in rings if (again := _again(generator, ring, timeline)) is not None]
    for month in timeline.months:
        of_month = [ring for ring in rings if ring.at.date().replace(day=1) == month]
        _deal(generator, team, month, of_month, timeline)
    return rings


def _first_calls(
    generator: random.Random, team: TeamPlan, known: Sequence[Party], timeline: Timeline
) -> Iterator[Ring]:
    weights = list(accumulate(party.weight**0.5 for party in known))
    opening = 1 if team.key == "asia" else 7
    for day in days_between(timeline.first, timeline.last):
        busy = timeline.factor(f"{team.key} volume", day.replace(day=1), spread=plan.VOLUME_SPREAD)
        rate = team.calls_a_day * busy * (1 if day.weekday() < 5 else 0.15)
        for _number in range(_poisson(generator, rate)):
            second = opening * 3600 + int(generator.betavariate(1.8, 2.2) * 10 * 3600)
            party = None if generator.random() < UNKNOWN_SHARE else generator.choices(known, cum_weights=weights)[0]
            yield Ring(_moment(day, second), party, _caller_id(generator, party))


def _again(generator: random.Random, ring: Ring, timeline: Timeline) -> Ring | None:
    """The same customer about the same thing within the week."""
    if ring.party is None or generator.random() >= plan.REPEAT_SHARE:
        return None
    at = ring.at + timedelta(days=generator.randrange(1, 6), minutes=generator.randrange(-50, 50))
    return Ring(at, ring.party, ring.number) if at.date() <= timeline.last else None


def _caller_id(generator: random.Random, party: Party | None) -> str:
    if party is None:
        return f"0176{generator.randrange(10**6, 10**8)}" if generator.random() < 0.7 else "anonymous"
    return party.phone.replace("+49 30 ", "030").replace(" ", "")


def _moment(day: date, second: int) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(seconds=second)


def _poisson(generator: random.Random, rate: float) -> int:
    """Knuth, The Art of Computer Programming 2, §3.4.1; rates here are small."""
    limit, product, count = exp(-rate), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


def _deal(generator: random.Random, team: TeamPlan, month: date, rings: list[Ring], timeline: Timeline) -> None:
    """Outcomes, waits and talks of one team's month, by quota."""
    live = timeline.is_live(team=team, day=month)

    def level(name: str, planned: Level, spread: float) -> float:
        return planned.at(live=live) * timeline.factor(f"{team.key} {name}", month, spread=spread)

    shares = {
        "rejected": plan.REJECT_SHARE,
        "overflowed": plan.OVERFLOW_SHARE,
        "abandoned": level("abandoned", plan.ABANDON_SHARE, plan.ABANDON_SPREAD),
    }
    generator.shuffle(rings)
    start = 0
    for outcome, share in shares.items():
        end = start + round(share * len(rings))
        for ring in rings[start:end]:
            ring.outcome = outcome
            ring.wait = 3 + round(generator.expovariate(1 / PATIENCE_S)) if outcome == "abandoned" else 120
        start = end
    wait_s, talk_s = level("wait", plan.WAIT_S, plan.WAIT_SPREAD), level("talk", plan.TALK_S, plan.TALK_SPREAD)
    _answer(generator, rings[start:], wait_s=wait_s, talk_s=talk_s)


def _answer(generator: random.Random, rings: list[Ring], *, wait_s: float, talk_s: float) -> None:
    """The quantiles of both distributions, shuffled apart, so that the month's means are those asked for."""
    scale, centre, normal = wait_s / gamma(1 + 1 / WAIT_SHAPE), log(talk_s) - TALK_SIGMA**2 / 2, NormalDist()
    levels = [(place + 0.5) / len(rings) for place in range(len(rings))]
    waits = [round(scale * (-log(1 - level)) ** (1 / WAIT_SHAPE)) for level in levels]
    talks = [round(exp(centre + TALK_SIGMA * normal.inv_cdf(level))) for level in levels]
    generator.shuffle(talks)
    for ring, wait, talk in zip(rings, waits, talks, strict=True):
        ring.outcome, ring.wait, ring.talk = "answered", wait, talk


def _events(generator: random.Random, team: TeamPlan, ring: Ring, order: int) -> list[tuple[int, int, str]]:
    """The lines of one call; `order` keeps those of one second in the order they were written."""
    start = int(ring.at.timestamp())
    who = f"{start}.{order}|{team.key}"
    if ring.outcome == "rejected":
        return [(start, order, f"{who}|NONE|{generator.choice(REJECTIONS)}")]
    lines = [(start, order, f"{who}|NONE|ENTERQUEUE||{ring.number}|1")]
    end = start + ring.wait
    if ring.outcome == "abandoned":
        lines.append((end, order + 1, f"{who}|NONE|ABANDON|1|1|{ring.wait}"))
    elif ring.outcome == "overflowed":
        event = generator.choice(OVERFLOWS)
        key = "1|" if event == "EXITWITHKEY" else ""
        lines.append((end, order + 1, f"{who}|NONE|{event}|{key}1|1|{ring.wait}"))
    else:
        lines += _conversation(generator, team, ring, who, order)
    return lines


def _conversation(
    generator: random.Random, team: TeamPlan, ring: Ring, who: str, order: int
) -> Iterator[tuple[int, int, str]]:
    answered = int(ring.at.timestamp()) + ring.wait
    agent = generator.choice(team.agents)
    if ring.wait > 15 and generator.random() < 0.3:
        yield answered - 5, order + 1, f"{who}|{generator.choice(team.agents)}|RINGNOANSWER|12000"
    yield answered, order + 2, f"{who}|{agent}|CONNECT|{ring.wait}|{answered}.{order}|{min(ring.wait, 4)}"
    chance = generator.random()
    event = "COMPLETECALLER" if chance < 0.55 else "COMPLETEAGENT" if chance < 0.96 else generator.choice([*TRANSFERS])
    yield answered + ring.talk, order + 3, f"{who}|{agent}|{event}|{TRANSFERS.get(event, '')}{ring.wait}|{ring.talk}|1"
