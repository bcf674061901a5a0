"""Staff and their teams."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Notice, SavedView, SavedViewRow, Team, User


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"team-{n:05d}")
    name = factory.LazyAttribute(lambda team: team.key.replace("-", " ").title())


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n:05d}@staff.example")
    name = factory.Sequence(lambda n: f"User {n:05d}")


class NoticeFactory(DjangoModelFactory[Notice]):
    class Meta:
        model = Notice

    user = factory.SubFactory(UserFactory)
    kind = "task_due"
    key = factory.Sequence(lambda n: f"notice:{n:05d}")
    at = factory.LazyFunction(timezone.now)


class SavedViewFactory(DjangoModelFactory[SavedView]):
    class Meta:
        model = SavedView

    of_list = "page.customers"
    name = factory.Sequence(lambda n: f"View {n:05d}")
    owner = factory.SubFactory(UserFactory)


class SavedViewRowFactory(DjangoModelFactory[SavedViewRow]):
    class Meta:
        model = SavedViewRow

    view = factory.SubFactory(SavedViewFactory)
    row_id = factory.Sequence(lambda n: n + 1)
