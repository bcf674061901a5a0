from django.urls import path

from accounts import list_views, notice_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("language/", views.language, name="language"),
    path("notices/", notice_views.notice_list, name="notices"),
    path("notices/unread/", notice_views.bell, name="bell"),
    path("notices/read/", notice_views.read_all, name="read_all"),
    path("notices/<int:pk>/", notice_views.open_notice, name="notice"),
    path("theme/", views.theme, name="theme"),
    path("lists/<str:of_list>/views/new/", list_views.add_view, name="add_view"),
    path("lists/<str:of_list>/options/", list_views.list_options, name="list_options"),
    path("views/restore/", list_views.restore_view, name="restore_view"),
    path("views/<int:pk>/", list_views.view, name="view"),
    path("views/<int:pk>/keep/", list_views.keep_view, name="keep_view"),
    path("views/<int:pk>/delete/", list_views.delete_view, name="delete_view"),
]
