"""Making and changing members of staff."""

from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import Team, User
from accounts.roles import Role
from crm.common.versions import lock_as_seen

COLUMNS: Final = ("email", "name", "team", "phone_agent", "language", "is_active")
OF_AN_ACCOUNT: Final = (*COLUMNS, "groups")
"""What an administrator decides about a member of staff; the role is among the groups."""
OF_A_GROUP: Final = ("name", "permissions")
OWN: Final = ("name", "language", "has_digest", "has_reminder_mails")
"""What people decide about themselves."""


def create_user(
    *, email: str, name: str, role: Role, team: Team | None = None, password: str | None = None, language: str = ""
) -> User:
    """Make a member of staff with one role. Without a password they sign in by resetting it.

    Raises ValidationError when the password is too weak, IntegrityError when the e-mail is taken.
    """
    if password is not None:
        validate_password(password, user=User(email=email, name=name))
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name.strip(), team=team, language=language)
        set_role(user=user, role=role)
        _confirm_email(user)
    return user


def set_role(*, user: User, role: Role) -> None:
    """Replace whatever role the user has; an administrator may also open the administration."""
    with transaction.atomic():
        other_roles = [one.value for one in Role if one != role]
        user.groups.remove(*Group.objects.filter(name__in=other_roles))
        user.groups.add(Group.objects.get(name=role.value))
        user.is_staff = role == Role.ADMINISTRATOR
        user.save(update_fields=["is_staff"])


def find_role(user: User) -> Role | None:
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in Role if role.value in names), None)


def change_user(*, user: User, role: Role | None = None, seen: str | None = None) -> None:
    """Save what an administrator changed on `user`, and the role when one is given.

    People leave (`is_active`); what they did stays theirs, so accounts are closed, not deleted. A password that they
    change meanwhile stays changed. Raises ChangedMeanwhile when the account is another by now than `seen`.
    """
    with transaction.atomic():
        lock_as_seen(user, seen, OF_AN_ACCOUNT)
        user.email = user.email.strip().lower()
        user.save(update_fields=COLUMNS)
        if role is not None:
            set_role(user=user, role=role)
        _confirm_email(user)


def change_own(
    *, user: User, name: str, language: str, has_digest: bool, has_reminder_mails: bool, seen: str | None = None
) -> None:
    """Raises ChangedMeanwhile when the profile is another by now than `seen`."""
    with transaction.atomic():
        lock_as_seen(user, seen, OWN)
        user.name, user.language = name.strip(), language
        user.has_digest, user.has_reminder_mails = has_digest, has_reminder_mails
        user.save(update_fields=OWN)


def set_language(*, user: User, language: str) -> None:
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def save_team(*, team: Team, seen: str | None = None) -> Team:
    """Raises ChangedMeanwhile when the team is another by now than `seen`."""
    with transaction.atomic():
        lock_as_seen(team, seen)
        team.save()
    return team


def save_group(*, group: Group, seen: str | None = None) -> None:
    """Save the name; the permissions follow in the caller's transaction, until whose end nobody else changes them.

    Raises ChangedMeanwhile when name or permissions are others by now than `seen`.
    """
    with transaction.atomic():
        lock_as_seen(group, seen, OF_A_GROUP)
        group.save()


def _confirm_email(user: User) -> None:
    """An address an administrator entered counts as confirmed: sign-in and password reset use it."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
