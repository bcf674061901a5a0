from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import home
from crm import health

handler500 = "crm.failures.server_error"
urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("customers.urls")),
    path("me/", include("accounts.urls")),
    # People's addresses are kept by administrators; allauth's page for changing them is closed.
    path("accounts/email/", RedirectView.as_view(pattern_name="accounts:profile")),
    path("accounts/", include("allauth.urls")),
    path("", include("metrics.urls")),
    path("admin/", admin.site.urls),
]
