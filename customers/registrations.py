"""What each room hangs into the registries, said in one place."""

from django.utils.translation import gettext_lazy as _

from accounts.domain.notices import NoticeKind, register_notice_kind
from crm.common import navigation
from crm.common.company import changing as company
from crm.common.hooks import after_facts_changed
from customers import time_zone, zone_tasks
from customers.derivations import DERIVED, TIERED_FACTS
from customers.identity import history as identity_history
from customers.identity import import_contacts, import_customers, owning, telling_followers
from customers.identity.hygiene import marking as hygiene_marking
from customers.identity.hygiene.tasks import wake_hygiene
from customers.identity.merging.origins import note_origins
from customers.identity.relating.reading import related_panel, related_read
from customers.identity.relating.regrouping import follow_moves
from customers.identity.tasks import wake_taking_apart
from customers.importing.exports import register_export
from customers.importing.feeds import closing as feeds
from customers.importing.feeds import words as feed_words
from customers.importing.registry import register as register_import
from customers.interactions import entries, import_interactions, last_contact, note_entries, note_history, noting
from customers.interactions import happening as interactions_happening
from customers.interactions import history as interactions_history
from customers.interactions import listening as interactions_listening
from customers.interactions.telephony import import_calls
from customers.interactions.to_do import adding, reminding, words
from customers.interactions.to_do import entries as task_entries
from customers.interactions.to_do import panel as task_panel
from customers.interactions.to_do.bulk_forms import ACTIONS as TASK_ACTIONS
from customers.interactions.to_do.bulk_forms import SUBJECT as TASKS
from customers.models import ExchangeRate, Invoice, Order, OrderLine, Payment, Product, Repair
from customers.page import export_customers, home_panels
from customers.page.bulk import running, sentences
from customers.page.bulk.forms import ACTIONS as CUSTOMER_ACTIONS
from customers.page.bulk.forms import SUBJECT as CUSTOMERS
from customers.page.privacy.registrations import register_privacy
from customers.registry import listening, page, search
from customers.registry.bulk import register_action, register_subject
from customers.registry.derived import register_derived
from customers.registry.happening import register_happening
from customers.registry.history import HistorySource, register_history_source
from customers.registry.home import register_home_panel
from customers.registry.movable import MovableRelation, register_movable
from customers.registry.page import Action, Panel, Tab, TimelineSource
from customers.registry.tiered_facts import register_tiered_fact
from customers.tiers import entries as tier_entries
from customers.tiers import happening as tiers_happening
from customers.tiers import history as tiers_history
from customers.tiers.changed import mark_traders
from customers.tiers.following import mark_receivers
from customers.tiers.starting import start_in_tiers
from customers.trade import entries as trade_entries
from customers.trade import happening as trade_happening
from customers.trade import (
    import_invoices,
    import_orders,
    import_payments,
    import_products,
    import_repairs,
    numbers,
    repair_entries,
)
from customers.trade.owing import owed
from customers.trade.repairs import repairs_panel, repairs_read
from customers.trade.tasks import wake_figures

IMPORTS = (
    import_customers, import_contacts, import_products, import_orders, import_invoices, import_payments,
    import_repairs, import_interactions, import_calls,
)  # fmt: skip
MOVABLE = (
    MovableRelation(table="customers_contact", kind="contacts", once=("is_primary",)),
    MovableRelation(
        table="customers_contactpoint",
        kind="contact_points",
        unique=("contact_id", "kind", "normalised", "source_record_id"),
        follows=(("contact_id", "customers_contact"), ("source_record_id", "customers_sourcerecord")),
    ),
    MovableRelation(
        table="customers_interaction",
        kind="interactions",
        by_value=("matched_by_value", "contact_normalised"),
        after=("customers_contactpoint",),
    ),
    MovableRelation(
        table="customers_invoice", kind="invoices", belongs=("order_id", "customers_order"), numbered="number"
    ),
    MovableRelation(table="customers_order", kind="orders", numbered="number"),
    MovableRelation(table="customers_repair", kind="repairs", numbered="number"),
    MovableRelation(table="customers_sourcerecord", kind="source_records"),
    MovableRelation(table="customers_tierassignment", moves=False),
    MovableRelation(table="customers_task", kind="tasks"),
    MovableRelation(table="accounts_notice", unique=("user_id", "key")),
    MovableRelation(table="customers_note", kind="notes"),
    MovableRelation(
        table="customers_attachment",
        kind="attachments",
        follows=(("note_id", "customers_note"), ("interaction_id", "customers_interaction")),
    ),
    MovableRelation(table="customers_customertag", kind="tags", unique=("tag_id",)),
    MovableRelation(table="customers_follow", kind="followers", unique=("user_id",)),
    MovableRelation(table="customers_visit", unique=("user_id",)),
    MovableRelation(table="customers_bulkchange", moves=False),
    MovableRelation(table="customers_customerfigures", moves=False, is_derived=True),
)
TABS = (
    Tab(key="overview", label=_("Overview"), url_name="customers:detail", order=10),
    Tab(key="orders", label=_("Orders and invoices"), url_name="customers:orders", order=20),
    Tab(key="repairs", label=_("Repairs"), url_name="customers:repairs", order=30),
    Tab(key="people", label=_("People"), url_name="customers:people", order=40),
    Tab(key="notes", label=_("Notes and files"), url_name="customers:notes", order=50),
    Tab(key="related", label=_("Related"), url_name="customers:related", order=60),
    Tab(key="sources", label=_("Sources"), url_name="customers:sources", order=80),
    Tab(key="history", label=_("History"), url_name="customers:history", order=90),
)
ACTIONS = (
    Action(
        key="note", label=_("Note"), url_name="customers:add_note", icon="note", permission="customers.add_note",
        order=5, shortcut="m",
    ),
    Action(
        key="edit", label=_("Edit"), url_name="customers:edit", icon="edit", permission="customers.change_customer",
        order=10,
    ),
    Action(
        key="task", label=_("New task"), url_name="customers:task_new", parameter="customer", icon="checkbox",
        permission="customers.add_task", order=20,
    ),
    Action(
        key="merge", label=_("Merge with …"), url_name="customers:merge", icon="arrows-join",
        permission="customers.merge_customer", order=30,
    ),
)  # fmt: skip
VIEW = "customers.view_customer"
PANELS = (
    Panel(
        key="tasks", title=_("Tasks"), template="customers/interactions/to_do/panel.html",
        context=task_panel.open_tasks, permission="customers.view_task", order=10,
    ),
    Panel(
        key="repairs", title=_("Repairs"), template="customers/trade/repairs_panel.html", context=repairs_panel,
        reads=repairs_read, permission=VIEW, order=30,
    ),
    Panel(
        key="related", title=_("Related"), template="customers/identity/related_panel.html", context=related_panel,
        reads=related_read, permission=VIEW, order=40,
    ),
)  # fmt: skip
TIMELINE = (
    TimelineSource(key="contacts", kind="contacts", rows=entries.ROWS, permission=VIEW),
    TimelineSource(key="files", kind="files", rows=note_entries.FILES, permission=VIEW),
    TimelineSource(key="invoices", kind="invoices", rows=trade_entries.INVOICES, permission=VIEW),
    TimelineSource(key="notes", kind="notes", rows=note_entries.NOTES, permission=VIEW),
    TimelineSource(key="orders", kind="orders", rows=trade_entries.ORDERS, permission=VIEW),
    TimelineSource(key="payments", kind="invoices", rows=trade_entries.PAYMENTS, permission=VIEW),
    TimelineSource(key="repairs", kind="repairs", rows=repair_entries.OPENED, permission=VIEW),
    TimelineSource(key="repairs_closed", kind="repairs", rows=repair_entries.CLOSED, permission=VIEW),
    TimelineSource(key="tasks", kind="tasks", rows=task_entries.ROWS, permission="customers.view_task"),
    TimelineSource(key="tiers", kind="tier", rows=tier_entries.ROWS, permission=VIEW),
)
HISTORY = (
    HistorySource(key="contacts", rows=interactions_history.CONTACTS, permission=VIEW),
    HistorySource(key="customer", rows=identity_history.CUSTOMER, permission=VIEW),
    HistorySource(key="files", rows=note_history.FILES, permission=VIEW),
    HistorySource(key="merges", rows=identity_history.MERGES, permission=VIEW),
    HistorySource(key="notes", rows=note_history.NOTES, permission=VIEW),
    HistorySource(key="related", rows=identity_history.RELATED, permission=VIEW),
    HistorySource(key="related_to", rows=identity_history.RELATED_TO, permission=VIEW),
    HistorySource(key="people", rows=identity_history.PEOPLE, permission=VIEW),
    HistorySource(key="tags", rows=identity_history.TAGS, permission=VIEW),
    HistorySource(key="tiers", rows=tiers_history.TIERS, permission=VIEW),
)
AMOUNTS = (Order, OrderLine, Invoice, Payment, ExchangeRate)
HAPPENINGS = (
    interactions_happening.CONTACTS, trade_happening.ORDERS, trade_happening.INVOICES, trade_happening.REPAIRS,
    interactions_happening.NOTES, tiers_happening.CHANGES,
)  # fmt: skip
NOTICES = (
    NoticeKind(key="follow", label=_("news of customers you follow"), words=telling_followers.in_words, icon="eye"),
    NoticeKind(key="mention", label=_("you are named in a note"), words=noting.in_words, icon="at"),
    NoticeKind(key=running.NOTICE, label=_("a bulk action is over"), words=sentences.in_words, icon="checks"),
    NoticeKind(key=feeds.FAILED, label=_("a feed has failed"), words=feed_words.in_words, icon="rss"),
    NoticeKind(key="owner", label=_("a customer of yours"), words=owning.in_words, icon="user-star"),
    NoticeKind(key=adding.ASSIGNED, label=_("a task for you"), words=words.assigned_notice, icon="user-check"),
    NoticeKind(key=reminding.DUE, label=_("a task is due"), words=words.due_notice, icon="clock-exclamation"),
)
NAVIGATION = (
    navigation.NavItem(
        label=_("Today"), url_name="home", icon="calendar-check", permission="customers.view_customer", order=5, key="h"
    ),
    navigation.NavItem(
        label=_("Customers"), url_name="customers:list", icon="address-book", permission="customers.view_customer",
        order=10, key="c",
    ),
    navigation.NavItem(
        label=_("Orders"), url_name="customers:order_list", icon="shopping-cart", permission="customers.view_customer",
        order=20, key="o",
    ),
    navigation.NavItem(
        label=_("Invoices"), url_name="customers:invoice_list", icon="file-invoice",
        permission="customers.view_customer", order=25, key="i",
    ),
    navigation.NavItem(
        label=_("Imports"), url_name="customers:imports", icon="file-import", permission="customers.import_data",
        order=20, group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Duplicates"), url_name="customers:duplicates", icon="users", permission="customers.merge_customer",
        order=25, group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Which value is shown"), url_name="customers:survivorship", icon="list-check",
        permission="customers.change_survivorshiprule", order=27, group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Tiers"), url_name="customers:tiers", icon="medal", permission="customers.view_tier", order=30,
        group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Tags"), url_name="customers:tags", icon="tags", permission="customers.change_tag", order=35,
        group=navigation.SET_UP,
    ),
    navigation.NavItem(
        label=_("Tasks"), url_name="customers:tasks", icon="checkbox", permission="customers.view_task", order=15,
        key="t",
    ),
)  # fmt: skip


def register_all() -> None:
    for module in IMPORTS:
        register_import(module.SPEC)
    for module in (*IMPORTS[1:], export_customers):
        register_export(module.EXPORT)
    for fact in TIERED_FACTS:
        register_tiered_fact(fact)
    for derived in DERIVED:
        register_derived(derived)
    for relation in MOVABLE:
        register_movable(relation)
    register_privacy()
    register_page()
    register_frame()
    register_company()
    listening.register_arriving(start_in_tiers)
    listening.register_recorded(note_origins)
    listening.register_points_changed(interactions_listening.points_changed)
    listening.register_points_settled(last_contact.settle_last_contact)
    listening.register_moved(last_contact.touch_receivers)
    listening.register_moved(mark_receivers)
    listening.register_moved(follow_moves)
    listening.register_settled(hygiene_marking.mark_settled)
    listening.register_moved(hygiene_marking.mark_moved)
    listening.register_key_shared(hygiene_marking.mark_who_shares)
    listening.register_trade_changed(mark_traders)
    search.register_search_provider(search.SearchProvider(key="numbers", arm=numbers.customers_by_number))
    after_facts_changed.extend((wake_figures, wake_taking_apart, wake_hygiene))
    register_notices()


def register_company() -> None:
    """What a change of the company's zone or currency has to do with customers, contacts and trade."""
    company.zone_refusals.append(time_zone.refuse_zone_change)
    company.zone_changes.append(zone_tasks.queue_zone_change)
    company.currency_refusals.append(time_zone.refuse_currency_change)
    for model in AMOUNTS:
        company.register_amounts(model)
    company.register_amounts(Repair, cost__isnull=False)
    company.register_amounts(Product, unit_cost__isnull=False)


def register_notices() -> None:
    """What people are told at the bell, and of what those who follow a customer are."""
    for notice in NOTICES:
        register_notice_kind(notice)
    for happening in HAPPENINGS:
        register_happening(happening)


def register_page() -> None:
    """What hangs on the page of a customer, and on the list of them."""
    for tab in TABS:
        page.register_tab(tab)
    for panel in PANELS:
        page.register_panel(panel)
    for action in ACTIONS:
        page.register_action(action)
    page.register_in_head("owed", owed)
    for source in TIMELINE:
        page.register_timeline_source(source)
    for told in HISTORY:
        register_history_source(told)
    for subject in (CUSTOMERS, TASKS):
        register_subject(subject)
    for bulk_action in (*CUSTOMER_ACTIONS, *TASK_ACTIONS):
        register_action(bulk_action)


def register_frame() -> None:
    """The start page and the way to each page."""
    for panel in home_panels.PANELS:
        register_home_panel(panel)
    for item in NAVIGATION:
        navigation.register(item)
