"""Staff and their teams."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import Team, User


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.key.replace("-", " ").title())


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@staff.example")
    name = factory.Sequence(lambda n: f"User {n}")
