"""Addresses of the catalogue of tags and of the requests that change it."""

from django.urls import path

from tagging.views import catalogue, changes

app_name = "tagging"
urlpatterns = [
    path("tags/", catalogue.tag_list, name="tag_list"),
    path("tags/add/", catalogue.tag_add, name="tag_add"),
    path("tags/<int:pk>/", catalogue.tag_detail, name="tag_detail"),
    path("tags/<int:pk>/change/", catalogue.tag_change, name="tag_change"),
    path("tags/<int:pk>/retire/", catalogue.tag_retire, name="tag_retire"),
    path("tags/requests/", changes.change_list, name="change_list"),
    path("tags/requests/<int:pk>/", changes.change_detail, name="change_detail"),
    path("tags/requests/<int:pk>/revise/", changes.change_revise, name="change_revise"),
    path("tags/requests/<int:pk>/withdraw/", changes.change_withdraw, name="change_withdraw"),
]
