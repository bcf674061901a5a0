"""Staff, and what is theirs: the views they keep, the notices they get."""

from accounts.models.notices import Notice
from accounts.models.staff import Membership, RolePermission, SecondStep, Team, User, UserManager
from accounts.models.views import SavedView, SavedViewRow

__all__ = [
    "Membership",
    "Notice",
    "RolePermission",
    "SavedView",
    "SavedViewRow",
    "SecondStep",
    "Team",
    "User",
    "UserManager",
]
