"""Urls of the forms engine. Every name belongs to one view, template and test of the same word."""

from django.urls import path

from forms_engine import api
from forms_engine.views import fill, review

app_name = "forms_engine"
urlpatterns = [
    # fill
    path("reports/", fill.report_list, name="report_list"),
    path("reports/<int:pk>/", fill.report_fill, name="report_fill"),
    path("reports/<int:pk>/submit/", fill.report_submit, name="report_submit"),
    path("reports/<int:pk>/rows/", fill.report_subjects, name="report_subjects"),
    path("reports/<int:pk>/rows/next/", fill.report_next, name="report_next"),
    path("reports/<int:pk>/rows/add/", fill.report_add, name="report_add"),
    path("reports/<int:pk>/rows/<int:subject_id>/", fill.report_row, name="report_row"),
    path("reports/<int:pk>/rows/<int:subject_id>/remove/", fill.report_remove, name="report_remove"),
    path("reports/<int:pk>/rows/<int:subject_id>/restore/", fill.report_restore, name="report_restore"),
    # the grid's API
    path("api/reports/<int:pk>/rows/", api.report_rows, name="report_rows"),
    path("api/reports/<int:pk>/summary/", api.report_summary, name="report_summary"),
    path("api/reports/<int:pk>/cells/", api.report_cells, name="report_cells"),
    path("api/reports/<int:pk>/cells/<int:subject_id>/<str:letter>/", api.report_cell, name="report_cell"),
    path("api/reports/<int:pk>/confirm/", api.report_confirm, name="report_confirm"),
    path("api/reports/<int:pk>/undo/", api.report_undo, name="report_undo"),
    path("api/reports/<int:pk>/adopt/", api.report_adopt, name="report_adopt"),
    # review
    path("review/", review.review_list, name="review_list"),
    path("review/accept/", review.review_accept, name="review_accept"),
    path("review/<int:pk>/", review.report_review, name="report_review"),
    path("review/<int:pk>/return/", review.report_return, name="report_return"),
    path("review/<int:pk>/accept/", review.report_accept, name="report_accept"),
]
