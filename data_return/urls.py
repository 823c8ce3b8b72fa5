"""Addresses of returned data. Ids only."""

from django.urls import path

from data_return.api import events as api_events
from data_return.views import datasets, events, records

app_name = "data_return"
urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset_list"),
    path("datasets/new/", datasets.dataset_new, name="dataset_new"),
    path("datasets/<int:pk>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<int:pk>/edit/", datasets.dataset_edit, name="dataset_edit"),
    path("datasets/<int:pk>/versions/", datasets.dataset_new_version, name="dataset_new_version"),
    path("datasets/<int:pk>/records/", records.dataset_records, name="dataset_records"),
    path("datasets/<int:pk>/events/", events.dataset_events, name="dataset_events"),
    path("datasets/<int:pk>/events/secret/", events.dataset_event_secret, name="dataset_event_secret"),
    path("datasets/<int:pk>/events/switch/", events.dataset_event_switch, name="dataset_event_switch"),
    path("datasets/<int:pk>/submit/", datasets.dataset_submit, name="dataset_submit"),
    path("datasets/<int:pk>/withdraw/", datasets.dataset_withdraw, name="dataset_withdraw"),
    path("datasets/<int:pk>/decide/", datasets.dataset_decide, name="dataset_decide"),
    # the API: departments' systems
    path("api/v1/events/<uuid:ticket>/", api_events.events, name="api_events"),
]
