"""The four roles. A role is a Django group; its permissions are set by the apps' migrations."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    SALES = "sales"
    SERVICE = "service"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Promise:
        return LABELS[self]


LABELS = {
    Role.SALES: _("Sales"),
    Role.SERVICE: _("Service"),
    Role.MANAGER: _("Manager"),
    Role.ADMINISTRATOR: _("Administrator"),
}
CHOICES = [(role.value, label) for role, label in LABELS.items()]
