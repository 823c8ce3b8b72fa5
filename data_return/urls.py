"""Addresses of returned data. Ids only."""

from django.urls import path

from data_return.views import datasets, records

app_name = "data_return"
urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset_list"),
    path("datasets/new/", datasets.dataset_new, name="dataset_new"),
    path("datasets/<int:pk>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<int:pk>/edit/", datasets.dataset_edit, name="dataset_edit"),
    path("datasets/<int:pk>/versions/", datasets.dataset_new_version, name="dataset_new_version"),
    path("datasets/<int:pk>/records/", records.dataset_records, name="dataset_records"),
    path("datasets/<int:pk>/submit/", datasets.dataset_submit, name="dataset_submit"),
    path("datasets/<int:pk>/withdraw/", datasets.dataset_withdraw, name="dataset_withdraw"),
    path("datasets/<int:pk>/decide/", datasets.dataset_decide, name="dataset_decide"),
]
