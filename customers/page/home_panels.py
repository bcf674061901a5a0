"""The cards that customers, contacts and tasks put on the start page."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.access import signed_in
from crm.common.days import today
from customers.identity.reviewing.queue import COUNTED, open_count
from customers.interactions.to_do.answering import CHANGED
from customers.page.home import my_news, recently_viewed, unmatched
from customers.page.home_tasks import ToDos, to_dos
from customers.page.home_words import unmatched_words
from customers.registry.home import HomePanel

SHOWN = 8
VIEW, TASKS = "customers.view_customer", "customers.view_task"


def _to_dos(request: HttpRequest) -> ToDos:
    """Two cards show them; they are read once."""
    found: ToDos | None = getattr(request, "home_to_dos", None)
    if found is None:
        found = to_dos(user=signed_in(request), now=timezone.now())
        request.home_to_dos = found  # type: ignore[attr-defined]
    return found


def _due(request: HttpRequest) -> dict[str, Any]:
    tasks = _to_dos(request)
    may_change = request.user.has_perm("customers.change_task")
    before = urlencode({"view": "mine", "due": (today() + timedelta(days=1)).isoformat()})
    return {
        "tasks": tasks,
        "count": tasks.due,
        "url": f"{reverse('customers:tasks')}?{before if tasks.due else 'view=mine'}",
        "may_change": may_change,
    }


def _news(request: HttpRequest) -> dict[str, Any]:
    found = my_news(user=signed_in(request), now=timezone.now(), limit=SHOWN)
    return {"news": found.rows, "count": found.count, "url": reverse("customers:my_news")}


def _team(request: HttpRequest) -> dict[str, Any]:
    user, tasks = signed_in(request), _to_dos(request)
    return {
        "tasks": tasks.team,
        "count": tasks.team_count,
        "url": reverse("customers:tasks") + "?view=team",
        "has_team": user.team_id is not None,
        "unmatched": unmatched_words(unmatched(reader=user)),
        "may_change": request.user.has_perm("customers.change_task"),
    }


def _recent(request: HttpRequest) -> dict[str, Any]:
    return {"visits": recently_viewed(user=signed_in(request), limit=SHOWN)}


def _duplicates(request: HttpRequest) -> dict[str, Any] | None:
    count = open_count(reader=request.user)
    if not count:
        return None
    shown = f"{COUNTED}+" if count > COUNTED else count
    return {"count": shown, "url": reverse("customers:duplicates")}


FOLDER = "customers/page"
PANELS: Final = (
    HomePanel(key="due", title=_("Due today"), template=f"{FOLDER}/home_due.html", context=_due, permission=TASKS,
              order=10, event=CHANGED),
    HomePanel(key="news", title=_("New with my customers"), template=f"{FOLDER}/home_news.html", context=_news,
              permission=VIEW, order=20),
    HomePanel(key="team", title=_("Nobody's yet"), template=f"{FOLDER}/home_team.html", context=_team,
              permission=TASKS, order=30, column="side", event=CHANGED),
    HomePanel(key="recent", title=_("Recently viewed"), template=f"{FOLDER}/home_recent.html", context=_recent,
              permission=VIEW, order=40, column="side"),
    HomePanel(key="duplicates", title=_("Possible duplicates"), template=f"{FOLDER}/duplicates/home.html",
              context=_duplicates, permission="customers.merge_customer", order=50, column="side"),
)  # fmt: skip
