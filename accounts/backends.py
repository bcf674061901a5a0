"""Who may sign in, and what they may do."""

from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import User

KNOWN: Final = "_perm_cache"  # where Django's own backend keeps them


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's; somebody comes with what they may do, of their own and as a member of groups: one query, not three."""

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is signed in, for every page."""
        names = _permissions(OuterRef(OuterRef("pk")))
        user = User.objects.annotate(may=ArraySubquery(names)).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:
            vars(user)[KNOWN] = set(vars(user).pop("may"))
        return user

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return set(super().get_all_permissions(user_obj, obj))
        known: set[str] | None = vars(user_obj).get(KNOWN)
        if known is None:
            known = vars(user_obj)[KNOWN] = set(_permissions(user_obj.pk))
        return known


def _permissions(user: Any) -> QuerySet[Permission, str]:
    """As `has_perm` takes them; `user`: a key, or what refers to one from two queries further in."""
    of_their_own = User.user_permissions.through.objects.filter(user=user).values("permission")
    as_members = Group.permissions.through.objects.filter(group__user=user).values("permission")
    found = Permission.objects.filter(Q(pk__in=of_their_own) | Q(pk__in=as_members)).order_by()
    return found.values_list(Concat("content_type__app_label", Value("."), "codename"), flat=True)
