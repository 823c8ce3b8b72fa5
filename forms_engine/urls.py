"""Urls of the forms engine. Every name belongs to one view, template and test of the same word."""

from django.urls import path, register_converter

import accounts.converters  # noqa: F401  (registers "key")
from forms_engine.api import answers, exports, forms, grid, reports
from forms_engine.views import admit, bring, copying, design, dispatch, fill, give, opinions, packs, review


class LetterConverter:
    """Letters of a column, as in the workbook."""

    regex = "[A-Z]{1,3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LetterConverter, "letter")
CELL = "api/v1/reports/<key:pk>/cells/<key:subject_id>/<letter:letter>"
app_name = "forms_engine"
urlpatterns = [
    # bring, design, admit, dispatch
    path("forms/", bring.template_list, name="template_list"),
    path("forms/new/", bring.template_new, name="template_new"),
    path("forms/<int:pk>/", bring.template_detail, name="template_detail"),
    path("forms/<int:pk>/versions/new/", bring.template_new_version, name="template_new_version"),
    path("forms/<int:pk>/columns/", design.template_columns, name="template_columns"),
    path("forms/<int:pk>/settings/", design.template_settings, name="template_settings"),
    path("forms/<int:pk>/settings/matches/", design.template_matches, name="template_matches"),
    path("forms/<int:pk>/submit/", bring.template_submit, name="template_submit"),
    path("forms/<int:pk>/withdraw/", bring.template_withdraw, name="template_withdraw"),
    path("forms/<int:pk>/dispatches/new/", dispatch.dispatch_new, name="dispatch_new"),
    path("forms/<int:pk>/packs/", packs.template_packs, name="template_packs"),
    path("forms/<int:pk>/versions/<int:number>/packs/new/", packs.template_pack_new, name="template_pack_new"),
    path("packs/<int:pk>/", packs.template_pack, name="template_pack"),
    path("packs/<int:pk>/remove/", packs.template_pack_remove, name="template_pack_remove"),
    path("admissions/", admit.admission_list, name="admission_list"),
    path("admissions/<int:pk>/", admit.admission_detail, name="admission_detail"),
    path("admissions/<int:pk>/mode/", admit.admission_mode, name="admission_mode"),
    path("admissions/<int:pk>/review/", admit.admission_review, name="admission_review"),
    path("opinions/", opinions.opinion_list, name="opinion_list"),
    path("opinions/<int:pk>/", opinions.opinion_detail, name="opinion_detail"),
    path("dispatches/<int:pk>/", dispatch.dispatch_detail, name="dispatch_detail"),
    path("dispatches/<int:pk>/close/", dispatch.dispatch_close, name="dispatch_close"),
    path("dispatches/<int:pk>/reopen/", dispatch.dispatch_reopen, name="dispatch_reopen"),
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
    # copy into another system
    path("reports/<int:pk>/copy/", copying.report_copy, name="report_copy"),
    path("reports/<int:pk>/copy/<int:pack_pk>/", copying.report_copy_list, name="report_copy_list"),
    path("reports/<int:pk>/copy/<int:pack_pk>/<int:subject_id>/", copying.report_copy_row, name="report_copy_row"),
    path(
        "reports/<int:pk>/copy/<int:pack_pk>/<int:subject_id>/unmask/",
        copying.report_copy_unmask,
        name="report_copy_unmask",
    ),
    # the API, version 1: the filling page and villages' systems
    path("api/v1/reports/", reports.report_list, name="api_reports"),
    path("api/v1/reports/<key:pk>/", reports.report_detail, name="api_report"),
    path("api/v1/reports/<key:pk>/rows/", grid.report_rows, name="report_rows"),
    path("api/v1/reports/<key:pk>/summary/", grid.report_summary, name="report_summary"),
    path("api/v1/reports/<key:pk>/cells/", grid.report_cells, name="report_cells"),
    path("api/v1/reports/<key:pk>/cells/<key:subject_id>/<letter:letter>/", grid.report_cell, name="report_cell"),
    path(
        "api/v1/reports/<key:pk>/cells/<key:subject_id>/<letter:letter>/unmask/",
        grid.report_unmask,
        name="report_unmask",
    ),
    path("api/v1/reports/<key:pk>/confirm/", grid.report_confirm, name="report_confirm"),
    path("api/v1/reports/<key:pk>/undo/", grid.report_undo, name="report_undo"),
    path("api/v1/reports/<key:pk>/adopt/", grid.report_adopt, name="report_adopt"),
    # the API: departments' systems
    path("api/v1/forms/", forms.form_list, name="api_forms"),
    path("api/v1/forms/<key:pk>/", forms.form_detail, name="api_form"),
    path("api/v1/forms/<key:pk>/dispatches/", forms.dispatch_list, name="api_dispatches"),
    path("api/v1/dispatches/<key:pk>/", forms.dispatch_detail, name="api_dispatch"),
    path("api/v1/dispatches/<key:pk>/progress/", forms.dispatch_progress, name="api_progress"),
    path("api/v1/dispatches/<key:pk>/totals/", answers.dispatch_totals, name="api_totals"),
    path("api/v1/dispatches/<key:pk>/rows/", answers.dispatch_rows, name="api_rows"),
    path("api/v1/dispatches/<key:pk>/exports/", exports.exports, name="api_exports"),
    path("api/v1/exports/<key:pk>/", exports.export_detail, name="api_export"),
    path("api/v1/exports/<key:pk>/file/", exports.export_file, name="api_export_file"),
    # review
    path("review/", review.review_list, name="review_list"),
    path("review/accept/", review.review_accept, name="review_accept"),
    path("review/<int:pk>/", review.report_review, name="report_review"),
    path("review/<int:pk>/return/", review.report_return, name="report_return"),
    path("review/<int:pk>/accept/", review.report_accept, name="report_accept"),
    # give
    path("dispatches/<int:pk>/totals/", give.aggregate, name="aggregate"),
    path("dispatches/<int:pk>/exports/", give.export_start, name="export_start"),
    path("exports/<int:pk>/", give.export_download, name="export_download"),
]
