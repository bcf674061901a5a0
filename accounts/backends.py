"""Who may sign in, and what they may do."""

from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.query import RawQuerySet

from accounts.models import User
from crm.common.prepared import PreparedRawQuery

KNOWN: Final = "_perm_cache"  # where Django's own backend keeps them
# Of their own and as a member of groups, as `has_perm` takes them. In SQL, as every page begins with it: the same put
# together by the ORM takes ten times as long to put together as to answer.
WITH_RIGHTS: Final = """
SELECT u.*, ARRAY(
  SELECT t.app_label || '.' || p.codename
  FROM (
    SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = u.id
    UNION
    SELECT permission_id FROM auth_group_permissions JOIN accounts_user_groups USING (group_id) WHERE user_id = u.id
  ) AS mine
  JOIN auth_permission p ON p.id = mine.permission_id
  JOIN django_content_type t ON t.id = p.content_type_id
) AS may
FROM accounts_user u WHERE u.id = %s
"""


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's; somebody comes with what they may do, of their own and as a member of groups: one query, not three."""

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is signed in, for every page."""
        user = _with_rights(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return set(super().get_all_permissions(user_obj, obj))
        known: set[str] | None = vars(user_obj).get(KNOWN)
        if known is None:
            saved = _with_rights(user_obj.pk)
            known = vars(user_obj)[KNOWN] = vars(saved).get(KNOWN, set()) if saved else set()
        return known


def _with_rights(key: Any) -> User | None:
    """None where there is no such user. A superuser's are Django's to tell: all."""
    asked = PreparedRawQuery(WITH_RIGHTS, using=DEFAULT_DB_ALIAS, params=[key])
    user = next(iter(RawQuerySet[User](WITH_RIGHTS, model=User, query=asked)), None)  # type: ignore[arg-type]
    if user is not None:
        may = set(vars(user).pop("may"))
        if not user.is_superuser:
            vars(user)[KNOWN] = may
    return user
