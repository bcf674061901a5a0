from django.urls import path

from accounts import notice_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("language/", views.language, name="language"),
    path("notices/", notice_views.notice_list, name="notices"),
    path("notices/unread/", notice_views.bell, name="bell"),
    path("notices/read/", notice_views.read_all, name="read_all"),
    path("notices/<int:pk>/", notice_views.open_notice, name="notice"),
    path("theme/", views.theme, name="theme"),
]
