from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.domain import staff
from accounts.domain.history import changes_of
from accounts.models import Notice, SavedView, SavedViewRow, Team, User
from accounts.roles import CHOICES, Role
from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from crm.common.saving import VersionedForm

admin.site.unregister(Group)


class RoleForm(VersionedForm[User]):
    compared = staff.OF_AN_ACCOUNT
    role = forms.ChoiceField(label=_("Role"), choices=CHOICES)

    class Meta:
        model = User
        fields = ("email", "name", "team", "phone_agent", "language", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "role" in self.fields:
            self.fields["role"].initial = staff.find_role(self.instance)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class NewUserForm(RoleForm):
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Left empty, the person sets one by “Forgot your password?”."),
    )

    def clean(self) -> dict[str, Any]:
        """The password is held against the address and the name too."""
        cleaned = super().clean()
        cleaned["password"] = cleaned.get("password") or None
        if cleaned["password"]:
            try:
                validate_password(
                    cleaned["password"], User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
                )
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


@admin.register(User)
class UserAdmin(DomainAdmin[User], DjangoUserAdmin[User]):
    form = RoleForm
    add_form = NewUserForm
    list_display = ("email", "name", "team", "role", "is_active", "last_login")
    list_filter = ("is_active", "groups", "team")
    list_select_related = ("team",)
    search_fields = ("email", "name", "phone_agent")
    ordering = ("email",)
    autocomplete_fields = ("team",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "team", "is_active")}),
        (_("Details"), {"fields": ("phone_agent", "language", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "team", "password")}),)

    @admin.display(description=_("Role"))
    def role(self, user: User) -> str:
        names = {group.name for group in user.groups.all()}
        return ", ".join(str(role.label) for role in Role if role.value in names)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the triggers kept, whoever changed it and wherever; the permission is asked for by Django's page."""
        user = self.get_object(request, object_id)
        return super().history_view(request, object_id, {"changes": changes_of(user) if user else []})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if change:
            role = Role(data["role"]) if "role" in data else None
            staff.change_user(user=obj, role=role, seen=data["seen"])
            return
        made = staff.create_user(
            email=data["email"],
            name=data["name"],
            role=Role(data["role"]),
            team=data["team"],
            password=data["password"],
        )
        obj.pk = made.pk
        obj.refresh_from_db()


@admin.register(Team)
class TeamAdmin(DomainAdmin[Team]):
    list_display = ("name", "key", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        staff.save_team(team=obj, seen=form.cleaned_data["seen"])


class GroupForm(VersionedForm[Group]):
    compared = staff.OF_A_GROUP


@admin.register(Group)
class GroupAdmin(DomainAdmin[Group], DjangoGroupAdmin):
    """A role's permissions can be adjusted; the four roles themselves stay."""

    form = GroupForm
    may_delete = True

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        staff.save_group(group=obj, seen=form.cleaned_data["seen"])

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return obj is not None and obj.name not in set(Role) and super().has_delete_permission(request, obj)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = ("at", "user", "kind", "read_at")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin[SavedView]):
    list_display = ("name", "of_list", "owner", "shared", "team")
    list_filter = ("shared", "of_list")
    list_select_related = ("owner", "team")
    search_fields = ("name",)


@admin.register(SavedViewRow)
class SavedViewRowAdmin(ReadOnlyAdmin[SavedViewRow]):
    list_display = ("view", "row_id")
    list_select_related = ("view",)
    ordering = ("-id",)
