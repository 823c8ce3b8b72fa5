"""Addresses of the registry: residents, places, catalogue, import, events. Ids and sealed texts only, no names."""

from django.urls import URLPattern, path

from registry.views import events, imports, items, members, people, places, saved_lists
from registry.views.unmasking import unmask_view

app_name = "registry"


def _places(folder: str, pages: places.Pages) -> list[URLPattern]:
    """The eight pages of households, dwellings or organizations."""
    name = pages.entity
    return [
        path(f"{folder}/", places.list_view(pages), name=f"{name}_list"),
        path(f"{folder}/export", places.export_view(pages), name=f"{name}_export"),
        path(f"{folder}/add", places.add_view(pages), name=f"{name}_add"),
        path(f"{folder}/<int:pk>", places.detail_view(pages), name=f"{name}_detail"),
        path(f"{folder}/<int:pk>/edit", places.edit_view(pages), name=f"{name}_edit"),
        path(f"{folder}/<int:pk>/close", places.close_view(pages), name=f"{name}_close"),
        path(f"{folder}/<int:pk>/unmask", unmask_view(name), name=f"{name}_unmask"),
        path(f"{folder}/<int:pk>/reopen", places.reopen_view(pages), name=f"{name}_reopen"),
    ]


urlpatterns = [
    path("residents/", people.person_list, name="person_list"),
    path("residents/search", people.person_search, name="person_search"),
    path("residents/export", people.person_export, name="person_export"),
    path("residents/add", people.person_add, name="person_add"),
    path("residents/import", imports.person_import, name="person_import"),
    path("residents/lists", saved_lists.person_saved_lists, name="person_saved_lists"),
    path("residents/lists/save", saved_lists.person_save_list, name="person_save_list"),
    path("residents/lists/<int:pk>/rename", saved_lists.person_rename_list, name="person_rename_list"),
    path("residents/lists/<int:pk>/delete", saved_lists.person_delete_list, name="person_delete_list"),
    path("residents/lists/<int:pk>/restore", saved_lists.person_restore_list, name="person_restore_list"),
    path("imports/<int:pk>", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/write", imports.import_write, name="import_write"),
    path("imports/<int:pk>/cancel", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/errors", imports.import_errors, name="import_errors"),
    path("residents/<int:pk>", people.person_detail, name="person_detail"),
    path("residents/<int:pk>/edit", people.person_edit, name="person_edit"),
    path("residents/<int:pk>/close", people.person_close, name="person_close"),
    path("residents/<int:pk>/reopen", people.person_reopen, name="person_reopen"),
    path("residents/<int:pk>/unmask", unmask_view("person"), name="person_unmask"),
    path("differences/<int:pk>/settle", people.difference_settle, name="difference_settle"),
    *_places("households", places.HOUSEHOLDS),
    path("households/<int:pk>/members", members.household_members, name="household_members"),
    *_places("dwellings", places.DWELLINGS),
    path("dwellings/<int:pk>/residents", members.dwelling_residents, name="dwelling_residents"),
    *_places("organizations", places.ORGANIZATIONS),
    path("events/", events.event_list, name="event_list"),
    path("events/ledger", events.event_ledger, name="event_ledger"),
    path("events/report", events.event_report, name="event_report"),
    path("events/people", events.event_people, name="event_people"),
    path("events/<int:pk>", events.event_detail, name="event_detail"),
    path("events/<int:pk>/photos/<int:photo_pk>", events.event_photo, name="event_photo"),
    path("items/", items.item_list, name="item_list"),
    path("items/<str:code>", items.item_detail, name="item_detail"),
]
