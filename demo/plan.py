"""When the demo company's teams went live, and what was planted in its figures. docs/demo.md says the same in prose.

Everything else in the files is drawn without regard to go-live, so what is not planted here did not change.
"""

from dataclasses import dataclass
from datetime import date

from crm.common.days import add_months, month_end, month_start
from demo.swings import swings

SEED = 20
MONTHS = 24


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team, its telephone queue of the same name, and how many months before the end it went live."""

    key: str
    name: str
    purpose: str
    months_live: int
    calls_a_day: float
    agents: tuple[str, ...]


TEAMS = (
    TeamPlan("sales", "Sales desk", "order", 9, 8.0, ("SIP/201", "SIP/202", "SIP/203")),
    TeamPlan("service", "After-sales service", "repair", 8, 10.0, ("SIP/301", "SIP/302", "SIP/303", "SIP/304")),
    TeamPlan("asia", "Asia desk 亚洲客服", "enquiry", 7, 5.5, ("SIP/401", "SIP/402")),
)


@dataclass(frozen=True, slots=True)
class Level:
    """A figure before go-live and after."""

    before: float
    after: float

    def at(self, *, live: bool) -> float:
        return self.after if live else self.before


# Truly better: callers wait shorter and give up less, because the agent sees at once who is calling.
ABANDON_SHARE = Level(0.115, 0.075)
WAIT_S = Level(44.0, 30.0)
# Truly worse: a call takes longer, because it is written down while the caller is on the line.
TALK_S = Level(205.0, 238.0)
# Unchanged, but rising all the time, go-live or not: a naive before and after says "improved".
CSAT_FIRST, CSAT_LAST = 0.62, 0.86
# Unchanged.
REJECT_SHARE = 0.02
OVERFLOW_SHARE = 0.03
REPEAT_SHARE = 0.17
NPS_SHARES = (0.24, 0.36, 0.40)  # detractors, passives, promoters
CES_EASY_SHARE = 0.72
# How far months differ from one another without any cause.
VOLUME_SPREAD, ABANDON_SPREAD, WAIT_SPREAD, TALK_SPREAD, SURVEY_SPREAD = 0.06, 0.06, 0.06, 0.03, 0.012


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days the files cover, `first` to `last`."""

    first: date
    last: date
    seed: int = SEED

    def go_live(self, team: TeamPlan) -> date:
        return month_start(add_months(self.last, -team.months_live))

    def is_live(self, *, team: TeamPlan, day: date) -> bool:
        return day >= self.go_live(team)

    @property
    def months(self) -> list[date]:
        """First days of all months, the last one possibly cut short."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [add_months(self.first, number) for number in range(count)]

    def last_day(self, month: date) -> date:
        return min(month_end(month), self.last)

    def progress(self, day: date) -> float:
        """0 on the first day, 1 on the last."""
        return (day - self.first).days / (self.last - self.first).days

    def swing(self, name: str, month: date) -> float:
        """How far a month stands from the usual in the figure of that name, without a direction before go-live."""
        before = MONTHS - TEAMS[0].months_live
        found = swings(name=name, seed=self.seed, months=MONTHS + 1, before=before)
        return found[(month.year - self.first.year) * 12 + month.month - self.first.month]

    def factor(self, name: str, month: date, *, spread: float) -> float:
        return 1 + spread * self.swing(name, month)

    def csat_share(self, day: date) -> float:
        rising = CSAT_FIRST + (CSAT_LAST - CSAT_FIRST) * self.progress(day)
        return rising + SURVEY_SPREAD * self.swing("csat", month_start(day))


def timeline(*, last: date, seed: int = SEED) -> Timeline:
    """Two years up to `last`, beginning with a whole month."""
    return Timeline(first=month_start(add_months(last, -MONTHS)), last=last, seed=seed)
