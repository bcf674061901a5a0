from django.urls import path

from customers.identity import beside_views as beside
from customers.identity import contact_views as people
from customers.identity import joined_views as joined
from customers.identity import releasing_views as releasing
from customers.identity import survivorship_views as survivorship
from customers.identity import tag_views as tags
from customers.identity import views as editing
from customers.importing import views as imports
from customers.importing.api import token_views as tokens
from customers.importing.feeds import step_views as feed_steps
from customers.importing.feeds import try_views as feed_trials
from customers.importing.feeds import views as feeds
from customers.interactions import note_views as notes
from customers.interactions.to_do import feed_views as task_feed
from customers.interactions.to_do import step_views as task_steps
from customers.interactions.to_do import views as tasks
from customers.page import contact_views as interactions
from customers.page import home_views as start
from customers.page import list_views as customers
from customers.page import mending_views as mending
from customers.page import repair_views as repair_tab
from customers.page import search_views as search
from customers.page import trade_views as trade_tab
from customers.page import views as detail
from customers.page.bulk import views as bulk
from customers.page.duplicates import list_views as duplicate_lists
from customers.page.duplicates import merge_views as merging
from customers.page.duplicates import run_views as duplicate_runs
from customers.page.duplicates import views as duplicates
from customers.page.privacy import request_views as privacy_requests
from customers.page.privacy import views as privacy
from customers.page.related import views as related
from customers.tiers import views as tiers
from customers.trade import list_views as trade_lists
from customers.trade import views as trade

app_name = "customers"
urlpatterns = [
    path("today/customers/", start.news_list, name="my_news"),
    path("today/unmatched/", start.unmatched_list, name="unmatched"),
    path("today/<slug:key>/", start.home_panel, name="home_panel"),
    path("customers/", customers.customer_list, name="list"),
    path("customers/new/", editing.customer_create, name="create"),
    path("customers/new/similar/", editing.similar_customers, name="similar"),
    path("customers/<int:pk>/edit/", editing.customer_edit, name="edit"),
    path("customers/search/", search.typeahead, name="typeahead"),
    path("customers/bulk/", bulk.bulk, name="bulk"),
    path("tasks/bulk/", bulk.task_bulk, name="task_bulk"),
    path("bulk/<int:pk>/", bulk.bulk_job, name="bulk_job"),
    path("bulk/<int:pk>/progress/", bulk.bulk_progress, name="bulk_progress"),
    path("bulk/<int:pk>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path("bulk/<int:pk>/file/", bulk.bulk_file, name="bulk_file"),
    path("customers/hygiene/mend/<slug:fault>/", mending.mend, name="mend"),
    path("customers/hygiene/mend/<slug:fault>/<int:pk>/", mending.mend_one, name="mend_one"),
    path("customers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("customers/duplicates/list/", duplicate_lists.duplicate_list, name="duplicate_list"),
    path("customers/duplicates/decided/", duplicate_lists.duplicates_decided, name="duplicates_decided"),
    path("customers/duplicates/look/", duplicate_runs.duplicates_look, name="duplicates_look"),
    path("customers/duplicates/rule/", duplicate_runs.duplicates_rule, name="duplicates_rule"),
    path("customers/duplicates/runs/<int:pk>/", duplicate_runs.duplicate_run, name="duplicate_run"),
    path(
        "customers/duplicates/runs/<int:pk>/progress/",
        duplicate_runs.duplicate_run_progress,
        name="duplicate_run_progress",
    ),
    path(
        "customers/duplicates/runs/<int:pk>/progress/beside/",
        duplicate_runs.duplicate_run_progress_beside,
        name="duplicate_run_progress_beside",
    ),
    path("customers/survivorship/", survivorship.survivorship_list, name="survivorship"),
    path("customers/survivorship/progress/", survivorship.survivorship_progress, name="survivorship_progress"),
    path("customers/survivorship/<slug:field>/", survivorship.survivorship_edit, name="survivorship_rule"),
    path("customers/duplicates/<int:pk>/", duplicates.duplicate, name="duplicate"),
    path("customers/duplicates/<int:pk>/undo/", duplicates.duplicate_undo, name="duplicate_undo"),
    path("customers/<int:pk>/merge/", merging.customer_merge, name="merge"),
    path("customers/<int:pk>/merge/options/", merging.merge_options, name="merge_options"),
    path("customers/export/", customers.customer_export, name="export"),
    path("customers/<int:pk>/privacy/", privacy.customer_privacy, name="privacy"),
    path("customers/<int:pk>/privacy/export/", privacy.privacy_export, name="privacy_export"),
    path("customers/<int:pk>/privacy/erase/", privacy.privacy_erase, name="privacy_erase"),
    path("privacy/", privacy_requests.privacy_requests, name="privacy_requests"),
    path("privacy/<int:pk>/", privacy_requests.privacy_request, name="privacy_request"),
    path("privacy/<int:pk>/progress/", privacy_requests.privacy_progress, name="privacy_progress"),
    path("privacy/<int:pk>/confirm/", privacy_requests.privacy_confirm, name="privacy_confirm"),
    path("privacy/<int:pk>/withdraw/", privacy_requests.privacy_withdraw, name="privacy_withdraw"),
    path("privacy/<int:pk>/again/", privacy_requests.privacy_again, name="privacy_again"),
    path("privacy/<int:pk>/return/", privacy_requests.privacy_return, name="privacy_return"),
    path("privacy/<int:pk>/file/<str:name>/", privacy_requests.privacy_file, name="privacy_file"),
    path("customers/<int:pk>/", detail.customer_detail, name="detail"),
    path("customers/<int:pk>/timeline/", detail.customer_timeline, name="timeline"),
    path("customers/<int:pk>/orders/", trade_tab.customer_orders, name="orders"),
    path("customers/<int:pk>/repairs/", repair_tab.customer_repairs, name="repairs"),
    path("customers/<int:pk>/related/", related.related, name="related"),
    path("customers/<int:pk>/related/options/", related.related_options, name="related_options"),
    path("customers/<int:pk>/related/add/", related.relate_to, name="relate"),
    path("customers/<int:pk>/related/part/", related.part_from, name="part"),
    path("customers/<int:pk>/related/<int:relation_id>/undo/", related.relation_undo, name="relation_undo"),
    path("customers/<int:pk>/sources/", detail.customer_sources, name="sources"),
    path("customers/<int:pk>/sources/<int:merge_id>/", joined.take_apart, name="take_apart"),
    path("customers/<int:pk>/sources/release/<slug:field>/", releasing.release_value, name="release_value"),
    path("customers/<int:pk>/sources/put-back/<slug:field>/", releasing.restore_value, name="restore_value"),
    path("customers/<int:pk>/history/", detail.customer_history, name="history"),
    path("customers/<int:pk>/interactions/new/", interactions.log_contact, name="log_interaction"),
    path("orders/", trade_lists.order_list, name="order_list"),
    path("orders/export/", trade_lists.order_export, name="order_export"),
    path("invoices/", trade_lists.invoice_list, name="invoice_list"),
    path("invoices/export/", trade_lists.invoice_export, name="invoice_export"),
    path("orders/<int:pk>/", trade.order_detail, name="order"),
    path("invoices/<int:pk>/", trade.invoice_detail, name="invoice"),
    path("interactions/<int:pk>/edit/", interactions.correct_contact, name="edit_interaction"),
    path("interactions/<int:pk>/undo/", interactions.undo_contact, name="undo_interaction"),
    path("customers/<int:pk>/people/", people.people_list, name="people"),
    path("customers/<int:pk>/people/new/", people.contact_add, name="add_contact"),
    path("customers/<int:pk>/owner/", beside.customer_owner, name="owner"),
    path("customers/<int:pk>/tags/", beside.tag_add, name="add_tag"),
    path("customers/<int:pk>/tags/<int:tag_id>/remove/", beside.tag_remove, name="remove_tag"),
    path("customers/<int:pk>/follow/", beside.customer_follow, name="follow"),
    path("customers/<int:pk>/unfollow/", beside.customer_unfollow, name="unfollow"),
    path("tags/", tags.tag_list, name="tags"),
    path("tags/options/", beside.tag_options, name="tag_options"),
    path("tags/<int:pk>/", tags.tag_edit, name="tag"),
    path("tags/<int:pk>/merge/", tags.tag_merge, name="merge_tag"),
    path("tags/<int:pk>/delete/", tags.tag_delete, name="delete_tag"),
    path("tags/<int:pk>/put-back/", tags.tag_restore, name="restore_tag"),
    path("customers/<int:pk>/notes/", notes.note_list, name="notes"),
    path("customers/<int:pk>/notes/new/", notes.note_add, name="add_note"),
    path("customers/<int:pk>/files/new/", notes.file_add, name="add_file"),
    path("notes/<int:pk>/", notes.note_edit, name="note"),
    path("notes/<int:pk>/pin/", notes.note_pin, name="pin_note"),
    path("notes/<int:pk>/delete/", notes.note_delete, name="delete_note"),
    path("notes/<int:pk>/restore/", notes.note_restore, name="restore_note"),
    path("files/<int:pk>/", notes.file_download, name="file"),
    path("files/<int:pk>/delete/", notes.file_delete, name="delete_file"),
    path("files/<int:pk>/restore/", notes.file_restore, name="restore_file"),
    path("people/<int:pk>/", people.contact_edit, name="edit_contact"),
    path("people/<int:pk>/primary/", people.contact_primary, name="make_contact_primary"),
    path("people/<int:pk>/remove/", people.contact_remove, name="remove_contact"),
    path("people/<int:pk>/restore/", people.contact_restore, name="restore_contact"),
    path("customers/<int:pk>/tasks/", tasks.customer_tasks, name="customer_tasks"),
    path("me/calendar/", task_feed.calendar, name="calendar"),
    path("me/calendar/revoke/", task_feed.revoke_calendar, name="revoke_calendar"),
    path("calendar/<str:token>.ics", task_feed.calendar_feed, name="calendar_feed"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/export/", tasks.task_export, name="task_export"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<int:pk>/", tasks.task_page, name="task"),
    path("tasks/<int:pk>/done/", task_steps.task_done, name="task_done"),
    path("tasks/<int:pk>/reopen/", task_steps.task_reopen, name="task_reopen"),
    path("tasks/<int:pk>/snooze/", task_steps.task_snooze, name="task_snooze"),
    path("tasks/<int:pk>/unsnooze/", task_steps.task_unsnooze, name="task_unsnooze"),
    path("tasks/<int:pk>/take/", task_steps.task_take, name="task_take"),
    path("tasks/<int:pk>/delete/", task_steps.task_delete, name="task_delete"),
    path("tasks/<int:pk>/restore/", task_steps.task_restore, name="task_restore"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/parked/", imports.parked, name="parked"),
    path("imports/tokens/", tokens.token_list, name="tokens"),
    path("imports/tokens/new/", tokens.token_new, name="token_new"),
    path("imports/tokens/<int:pk>/", tokens.token_page, name="token"),
    path("imports/tokens/<int:pk>/rotate/", tokens.token_rotate, name="rotate_token"),
    path("imports/tokens/<int:pk>/revoke/", tokens.token_revoke, name="revoke_token"),
    path("imports/feeds/", feeds.feed_list, name="feeds"),
    path("imports/feeds/new/", feeds.feed_new, name="feed_new"),
    path("imports/feeds/<int:pk>/", feeds.feed_page, name="feed"),
    path("imports/feeds/<int:pk>/edit/", feeds.feed_edit, name="feed_edit"),
    path("imports/feeds/<int:pk>/progress/", feeds.feed_progress, name="feed_progress"),
    path("imports/feeds/<int:pk>/try/", feed_trials.feed_try, name="feed_try"),
    path("imports/feeds/<int:pk>/columns/", feed_trials.feed_columns, name="feed_columns"),
    path("imports/feeds/<int:pk>/now/", feed_steps.feed_now, name="feed_now"),
    path("imports/feeds/<int:pk>/pause/", feed_steps.feed_pause, name="feed_pause"),
    path("imports/feeds/<int:pk>/use/", feed_steps.feed_use, name="feed_use"),
    path("imports/feeds/<int:pk>/delete/", feed_steps.feed_delete, name="feed_delete"),
    path("imports/feeds/files/<int:pk>/again/", feed_steps.feed_file_again, name="feed_file_again"),
    path("imports/feeds/files/<int:pk>/leave/", feed_steps.feed_file_leave, name="feed_file_leave"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/map/", imports.import_map, name="import_map"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/rejects.csv", imports.import_rejects, name="import_rejects"),
    path("tiers/", tiers.tier_list, name="tiers"),
]
