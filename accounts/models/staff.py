"""Staff: users who sign in by e-mail, and the teams they work in. Roles are groups (see `accounts.roles`)."""

from typing import ClassVar

import pghistory
import pgtrigger
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def changes() -> tuple[pghistory.Tracker, ...]:
    """Events keep the row as it was before each change; with the row of today they are all versions."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent()


def coming_and_going() -> tuple[pghistory.Tracker, ...]:
    return pghistory.InsertEvent(), pghistory.DeleteEvent()


@pghistory.track(*changes(), level=pgtrigger.Statement)
class Team(models.Model):
    """A group of staff that takes calls and goes live together; files name it by `key`."""

    key = models.SlugField(_("key"), max_length=50, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Save a user; `email` is kept in lower case, as it is compared."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


@pghistory.track(
    *changes(),
    pghistory.UpdateEvent("password", condition=pghistory.AnyChange("password"), row=pghistory.New),
    exclude=["password", "last_login", "list_settings", "digested_on"],
    level=pgtrigger.Statement,
)
class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. That a password changed leaves an event, the password does not.

    `digested_on`: the last day of which the morning's mail was thought of. `list_settings`: by list, how this person
    last had it: {"page.customers": {"view": 3, "columns": [...], …}}.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    phone_agent = models.CharField(
        _("telephone agent"),
        max_length=80,
        blank=True,
        help_text=_("The agent's name in the telephone system, such as SIP/101."),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    has_digest = models.BooleanField(
        _("a mail in the morning"),
        default=True,
        help_text=_("What is due today and what is new, on days that have either."),
    )
    has_reminder_mails = models.BooleanField(
        _("reminders by mail too"), default=False, help_text=_("Reminders are shown on the page in any case.")
    )
    digested_on = models.DateField(null=True, blank=True, editable=False)
    list_settings = models.JSONField(default=dict, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("name", "email")
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email


@pghistory.track(*coming_and_going(), obj_field=None, level=pgtrigger.Statement)
class Membership(User.groups.through):  # type: ignore[name-defined,misc] # Django makes the class
    """Which role somebody has; a proxy, for its history."""

    class Meta:
        proxy = True


@pghistory.track(*coming_and_going(), obj_field=None, level=pgtrigger.Statement)
class RolePermission(Group.permissions.through):  # type: ignore[name-defined,misc]
    """What a role may; a proxy, for its history."""

    class Meta:
        proxy = True


def says_other(name: str) -> pgtrigger.Condition:
    return pgtrigger.Condition(f"OLD.data ->> '{name}' IS DISTINCT FROM NEW.data ->> '{name}'")


@pghistory.track(
    *coming_and_going(),
    pghistory.UpdateEvent("code_used", condition=says_other("used_mask"), row=pghistory.New),
    pghistory.UpdateEvent("renamed", condition=says_other("name"), row=pghistory.New),
    exclude=["data", "last_used_at"],
    obj_field=None,
    level=pgtrigger.Statement,
)
class SecondStep(Authenticator):  # type: ignore[misc] # allauth has no types
    """What somebody has for their second step; a proxy, for its history. Events hold no secret and no code."""

    class Meta:
        proxy = True
