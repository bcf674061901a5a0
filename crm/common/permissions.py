"""Grants for migrations: which role may do what. Self-contained, so that a migration of any age can call it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Operation = Callable[[Any, Any], None]


def grant(grants: Mapping[str, Sequence[str]]) -> Operation:
    """For `RunPython`: give groups permissions, `{"sales": ["customers.view_customer"], …}`.

    Groups and permissions that are missing are made (Django itself makes permissions only after all migrations);
    running it twice changes nothing.
    """

    def operation(apps: Any, schema_editor: Any) -> None:
        database = schema_editor.connection.alias
        for role, names in grants.items():
            group, _ = apps.get_model("auth", "Group").objects.using(database).get_or_create(name=role)
            group.permissions.add(*[_permission(apps, database, name) for name in names])

    return operation


def revoke(grants: Mapping[str, Sequence[str]]) -> Operation:
    """The reverse of `grant` with the same argument."""

    def operation(apps: Any, schema_editor: Any) -> None:
        database = schema_editor.connection.alias
        for role, names in grants.items():
            for group in apps.get_model("auth", "Group").objects.using(database).filter(name=role):
                group.permissions.remove(*[_permission(apps, database, name) for name in names])

    return operation


def _permission(apps: Any, database: str, name: str) -> Any:
    """Find or make `app.codename`; the model is the one the codename ends in, else the one that declares it."""
    label, codename = name.split(".")
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    found = permissions.filter(content_type__app_label=label, codename=codename).first()
    if found is not None:
        return found
    model, title = _declaring_model(apps, label, codename)
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    content_type, _ = types.get_or_create(app_label=label, model=model)
    return permissions.create(content_type=content_type, codename=codename, name=title)


def _declaring_model(apps: Any, label: str, codename: str) -> tuple[str, str]:
    for model in apps.get_app_config(label).get_models():
        options = model._meta  # noqa: SLF001 (Django's documented name)
        declared = dict(options.permissions)
        declared |= {f"{action}_{options.model_name}": f"Can {action} {options.verbose_name_raw}"
                     for action in options.default_permissions}  # fmt: skip
        if codename in declared:
            return options.model_name, str(declared[codename])
    raise LookupError(f"No model of {label} declares the permission {codename}: add it to a model's Meta.permissions.")
