"""Addresses of the catalogue of tags and of the requests that change it."""

from django.urls import path

from tagging.api import proposals, tags
from tagging.views import catalogue, changes, ending, hand, impacts, imports, rechecks, statistics, story

app_name = "tagging"
urlpatterns = [
    path("tags/", catalogue.tag_list, name="tag_list"),
    path("tags/add/", catalogue.tag_add, name="tag_add"),
    path("tags/import/", imports.tag_import, name="tag_import"),
    path("tags/export/", imports.tag_export, name="tag_export"),
    path("tags/statistics/", statistics.tag_statistics, name="tag_statistics"),
    path("tags/statistics/export", statistics.tag_statistics_export, name="tag_statistics_export"),
    path("tags/<int:pk>/", catalogue.tag_detail, name="tag_detail"),
    path("tags/<int:pk>/change/", catalogue.tag_change, name="tag_change"),
    path("tags/<int:pk>/retire/", ending.tag_retire, name="tag_retire"),
    path("tags/<int:pk>/merge/", ending.tag_merge, name="tag_merge"),
    path("tags/<int:pk>/statistics/", statistics.tag_trend, name="tag_trend"),
    path("tags/<int:pk>/recheck/", rechecks.recheck_tag, name="recheck_tag"),
    path("tags/rechecks/", rechecks.recheck_list, name="recheck_list"),
    path("tags/hand/<str:entity>/", hand.hand, name="hand"),
    path("tags/hand/undo/<uuid:batch>/", hand.hand_undo, name="hand_undo"),
    path("tags/of/<str:entity>/<int:pk>/", story.story, name="story"),
    path("tags/requests/", changes.change_list, name="change_list"),
    path("tags/requests/<int:pk>/", changes.change_detail, name="change_detail"),
    path("tags/requests/<int:pk>/revise/", changes.change_revise, name="change_revise"),
    path("tags/requests/<int:pk>/impact/", impacts.change_impact, name="change_impact"),
    path("tags/requests/<int:pk>/rows/", imports.import_map, name="import_map"),
    path("tags/requests/<int:pk>/submit/", changes.change_submit, name="change_submit"),
    path("tags/requests/<int:pk>/withdraw/", changes.change_withdraw, name="change_withdraw"),
    path("api/v1/tags/", tags.tag_list, name="api_tags"),
    path("api/v1/tags/proposals/", proposals.proposals, name="api_tag_proposals"),
    path("api/v1/tags/proposals/<int:pk>/", proposals.proposal, name="api_tag_proposal"),
    path("api/v1/tags/assignments/", tags.assignment_list, name="api_tag_assignments"),
]
