"""Loads the demo company as its people would have: files through the importers, then goals, tiers and verdicts.

Every step looks first whether it was done, so a second run changes nothing and an interrupted one goes on.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import staff
from accounts.models import Team, User
from accounts.roles import Role
from crm.common.days import add_months, month_end
from crm.common.errors import DomainError
from customers.identity.hygiene.following import refresh_hygiene
from customers.importing import batches
from customers.interactions.telephony import calls
from customers.models import Customer, ImportBatch, SourceSystem
from customers.tiers import tiering
from customers.trade import figures
from demo import days_work, goals, relations, sign_ins
from demo.company import AGENTS, agent_email, write_company
from demo.files import DemoFile
from demo.plan import SEED, TEAMS, Timeline, timeline
from metrics.engine.recomputing import recompute
from metrics.verdicts.evaluating import evaluate

log = structlog.get_logger(__name__)

ROLES = {"sales": ("Sam Weber", "sales"), "service": ("Kim Novak", "service"),
         "manager": ("Maria Brandt", ""), "administrator": ("Ada Lund", "")}  # fmt: skip
# Whom to believe first where systems differ: department, name, rank.
SYSTEMS = (("finance", "Finance", 10), ("shop", "Shop", 20), ("marketing", "Marketing", 30),
           ("after-sales", "After-sales", 40), ("telephone", "Telephone", 50),
           ("survey-tool", "Survey tool", 60))  # fmt: skip
TIER_REVIEW_MONTHS = 3


class NotEmpty(DomainError):
    """The demo company would mix with customers that are somebody's."""


class OtherDay(DomainError):
    """The demo company is there, up to another day."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files held, and what became of the rows."""

    files: int
    rows: int
    created: int
    unchanged: int
    parked: int
    rejected: int
    customers: int
    baselines: int
    seconds: float


def seed_demo(*, last: date | None, today: date, seed: int = SEED, force: bool = False) -> Loaded:
    """Write the files up to `last` (yesterday where not given; the same day again on a second run) and load them.

    Raises NotEmpty where others' customers are, unless `force`; OtherDay where the demo company ends elsewhere.
    """
    began = monotonic()
    folder = settings.VAR_DIR / "demo"
    last = _settled_day(folder, last=last, yesterday=today - timedelta(days=1), seed=seed, force=force)
    time = timeline(last=last, seed=seed)
    files = write_company(folder=folder, last=last, seed=seed)
    make_staff()
    make_systems()
    batches = [_load(file) for file in files]
    review_tiers(time, today=today)
    figures.refresh_figures()
    refresh_hygiene()
    recompute()
    baselines = goals.freeze_baselines(time)
    goals.set_goals(time)
    for day in _read_outs(time):
        evaluate(as_of=day)
    days_work.fill_desks(today=today)
    relations.say_who_belongs_together(now=timezone.now())
    return _loaded(batches, baselines=baselines, seconds=monotonic() - began)


def _settled_day(folder: Path, *, last: date | None, yesterday: date, seed: int, force: bool) -> date:
    """The last day of the files: that of the first run where there was one in this database."""
    known = folder / "company.json"
    if User.objects.filter(email=sign_ins.USERS["manager"]).exists() and known.exists():
        before = json.loads(known.read_text())
        if before["seed"] != seed or (last is not None and before["last"] != f"{last}"):
            raise OtherDay(_("The demo company is there already, up to %(day)s.") % {"day": before["last"]})
        return date.fromisoformat(before["last"])
    if Customer.objects.exists() and not force:
        raise NotEmpty(_("This database holds customers; use an empty one, or --force to add to it."))
    folder.mkdir(parents=True, exist_ok=True)
    chosen = last or yesterday
    known.write_text(json.dumps({"last": f"{chosen}", "seed": seed}))
    return chosen


def make_staff() -> None:
    """Teams with their queues, one user a role to sign in as, and agents who only take calls."""
    for plan in TEAMS:
        team, _made = Team.objects.get_or_create(key=plan.key, defaults={"name": plan.name})
        calls.make_queue(name=plan.key, team=team, purpose=plan.purpose)
    teams = {team.key: team for team in Team.objects.all()}
    for role, email in sign_ins.USERS.items():
        name, team_key = ROLES[role]
        _make_user(email, name, role=Role(role), team=teams.get(team_key), password=sign_ins.PASSWORD)
    for phone_agent, (name, team_key) in AGENTS.items():
        role = Role.SALES if team_key == "sales" else Role.SERVICE
        user = _make_user(agent_email(phone_agent), name, role=role, team=teams[team_key])
        if user.phone_agent != phone_agent:
            user.phone_agent = phone_agent
            staff.change_user(user=user)


def _make_user(email: str, name: str, *, role: Role, team: Team | None, password: str | None = None) -> User:
    found = User.objects.filter(email=email).first()
    return found or staff.create_user(email=email, name=name, role=role, team=team, password=password)


def make_systems() -> None:
    for key, name, rank in SYSTEMS:
        SourceSystem.objects.get_or_create(key=key, defaults={"name": name, "rank": rank})


def _load(file: DemoFile) -> ImportBatch:
    began = monotonic()
    batch = batches.load_file(kind=file.kind, path=file.path, source=file.source, mapping=dict(file.mapping or {}))
    log.info(
        "demo file loaded",
        source=file.source,
        file=file.path.name,
        rows=batch.rows,
        seconds=round(monotonic() - began, 1),
    )
    return batch


def review_tiers(time: Timeline, *, today: date) -> None:
    """A review every quarter from the first full year on, and one at the end."""
    days = [month_end(add_months(time.first, months)) for months in range(11, 30, TIER_REVIEW_MONTHS)]
    for day in (*(day for day in days if day < time.last), time.last):
        tiering.retier(as_of=min(day, today))


def _read_outs(time: Timeline) -> list[date]:
    """The ends of the three whole months before the last day, and that day itself."""
    ends = [month_end(add_months(time.last, -months)) for months in (3, 2, 1)]
    return [*ends, time.last]


def _loaded(batches: list[ImportBatch], *, baselines: int, seconds: float) -> Loaded:
    return Loaded(
        files=len(batches),
        rows=sum(batch.rows for batch in batches),
        created=sum(batch.created for batch in batches),
        unchanged=sum(batch.unchanged for batch in batches),
        parked=sum(batch.parked for batch in batches),
        rejected=sum(batch.rejected for batch in batches),
        customers=Customer.objects.count(),
        baselines=baselines,
        seconds=round(seconds, 1),
    )
