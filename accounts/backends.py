"""Who may sign in, and what they may do."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Model, Q

from accounts.models import User


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's; what somebody may do, of their own and as a member of groups, is read in one query, not in two."""

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return set(super().get_all_permissions(user_obj, obj))
        known: set[str] | None = vars(user_obj).get("_perm_cache")  # where Django's own backend keeps them
        if known is None:
            known = vars(user_obj)["_perm_cache"] = _permissions(user_obj)
        return known


def _permissions(user: User) -> set[str]:
    of_their_own = user.user_permissions.through.objects.filter(user=user).values("permission")
    as_members = Group.permissions.through.objects.filter(group__user=user).values("permission")
    found = Permission.objects.filter(Q(pk__in=of_their_own) | Q(pk__in=as_members)).order_by()
    return {f"{app}.{name}" for app, name in found.values_list("content_type__app_label", "codename")}
