"""Administrators may do everything, in the apps of today and in those that come."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

from accounts.roles import Role


def grant_everything_to_administrators(*, app_config: AppConfig, using: str, **_: Any) -> None:
    """After an app's migrations, when Django has made its permissions; does nothing before the role exists."""
    group = Group.objects.using(using).filter(name=Role.ADMINISTRATOR).first()
    if group is None:
        return
    permissions = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    group.permissions.add(*permissions)
