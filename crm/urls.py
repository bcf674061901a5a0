from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.second_step_views import RecoveryCodes, RecoveryCodesFile
from crm import health
from customers.importing.api import views as api
from customers.page.home_views import home

handler500 = "crm.failures.server_error"
urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/openapi.json", api.openapi, name="api_schema"),
    path("api/v1/docs", api.docs, name="api_docs"),
    re_path(r"^api/v1/(?P<rest>[\s\S]+)\Z", api.api, name="api"),  # an external id may hold anything
    path("", include("customers.urls")),
    path("me/", include("accounts.urls")),
    # People's addresses are kept by administrators; allauth's page for changing them is closed.
    path("accounts/email/", RedirectView.as_view(pattern_name="accounts:profile")),
    # These stand before allauth's own.
    path("accounts/2fa/recovery-codes/", RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("accounts/2fa/recovery-codes/download/", RecoveryCodesFile.as_view(), name="mfa_download_recovery_codes"),
    path("accounts/", include("allauth.urls")),
    path("", include("metrics.urls")),
    path("admin/", admin.site.urls),
]
