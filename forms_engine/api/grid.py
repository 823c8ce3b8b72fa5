"""The filling page and villages' systems: rows by pages, one cell in detail, saving, confirming, undoing."""

from typing import Any

from drf_orjson_renderer.renderers import ORJSONRenderer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import LETTER, PK, READING, WRITING, ApiView, opened
from accounts.api.strict import BIGGEST, RowsQuery
from accounts.api_scopes import ApiScope
from accounts.audit import record
from accounts.rights import FILL_REPORTS, READ_REPORTS, UNMASK
from forms_engine.models import Report
from forms_engine.selectors.cells import get_cell, get_offered, name_posts
from forms_engine.selectors.grid import GridRow, get_lens, list_grid_rows
from forms_engine.selectors.reports import Summary, get_report, subjects_of, summarize
from forms_engine.serializers import grid as shapes
from forms_engine.services.fill import Edit, SaveResult, confirm_cells, save_cells, undo_cell
from forms_engine.services.unmask import unmask_cell
from registry.selectors.unmasking import get_sight
from registry.sight_token import make_sight_token, sight_token

SUBJECT = OpenApiParameter(
    "subject_id",
    {"type": "integer", "format": "int64", "minimum": 1, "maximum": BIGGEST},
    "path",
    description="对象编号",
)


class ReportAPI(ApiView):
    """One report inside the scope of whoever asks; anything else is 404."""

    def report(self) -> Report:
        return get_report(actor=self.actor(), pk=self.kwargs["pk"])

    def cell(self, report: Report, subject_id: int, letter: str) -> Response:
        """One cell as the session may see it now: in full for as long as it is unmasked."""
        actor, token = self.actor(), sight_token(self.request._request)
        sight = get_sight(actor=actor, token=token, entity=report.dispatch.version.subject, pk=subject_id)
        record(actor, "report.cell_read", report, subjects=subjects_of(report, [subject_id]), letter=letter)
        lens = get_lens(actor=actor.opening(sight.items), report=report)
        detail = get_cell(lens=lens, report=report, subject_id=subject_id, letter=letter, until=sight.until)
        return Response(shapes.CellOutput(detail).data, headers={"Cache-Control": "no-store"})

    def saved(self, result: SaveResult) -> Response:
        """What became of each edit, the names of faster colleagues looked up."""
        context = {"names": name_posts(cell.by for cell in result.conflicts), "post_id": self.actor().post_id}
        return Response(shapes.SaveOutput(result, context=context).data)


class Rows(ReportAPI):
    takes_filters = True
    renderer_classes = (ORJSONRenderer,)  # half a megabyte of texts

    @extend_schema(
        operation_id="report_rows",
        tags=["填报"],
        parameters=[PK, RowsQuery],
        responses={200: shapes.RowsOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """报表的行,按位置分页。"""
        wanted = self.read(RowsQuery)
        report = self.report()
        page = list_grid_rows(lens=get_lens(actor=self.actor(), report=report), report=report, **wanted.validated_data)
        record(self.actor(), "report.rows_read", report, subjects=subjects_of(report, [row.id for row in page.rows]))
        return Response({"rows": [_row(row) for row in page.rows], "next": page.next})


class Counts(ReportAPI):
    @extend_schema(
        operation_id="report_summary", tags=["填报"], parameters=[PK], responses={200: shapes.SummaryOutput} | READING
    )
    def get(self, request: Request, pk: int) -> Response:
        """报表的各项计数。"""
        report = self.report()
        return Response(shapes.SummaryOutput(summarize([report]).get(report.pk, Summary())).data)


class Cell(ReportAPI):
    @extend_schema(
        operation_id="report_cell",
        tags=["填报"],
        parameters=[PK, SUBJECT, LETTER],
        responses={200: shapes.CellOutput} | READING,
    )
    def get(self, request: Request, pk: int, subject_id: int, letter: str) -> Response:
        """一格的来源、批注、线索和改动记录。"""
        return self.cell(self.report(), subject_id, letter)


class Unmask(ReportAPI):
    @extend_schema(
        operation_id="report_unmask",
        tags=["填报"],
        parameters=[PK, SUBJECT, LETTER],
        request=shapes.UnmaskInput,
        responses={200: shapes.CellOutput} | WRITING,
    )
    def post(self, request: Request, pk: int, subject_id: int, letter: str) -> Response:
        """看一格的完整内容:写明原因,只在这次登录中显示几分钟。"""
        wanted = self.read(shapes.UnmaskInput)
        report = self.report()
        unmask_cell(
            actor=self.actor(),
            report=report,
            subject_id=subject_id,
            letter=letter,
            token=make_sight_token(request._request),
            reason=wanted.validated_data["reason"],
        )
        return self.cell(report, subject_id, letter)


class Cells(ReportAPI):
    @extend_schema(
        operation_id="report_cells",
        tags=["填报"],
        parameters=[PK],
        request=shapes.SaveInput,
        responses={200: shapes.SaveOutput} | WRITING,
    )
    def post(self, request: Request, pk: int) -> Response:
        """保存填写的格子;可放心重发:同一岗位重发同样的内容不算冲突。"""
        wanted = self.read(shapes.SaveInput)
        return self.saved(save_cells(actor=self.actor(), report=self.report(), edits=wanted.to_edits()))


class Confirm(ReportAPI):
    @extend_schema(
        operation_id="report_confirm",
        tags=["填报"],
        parameters=[PK],
        request=shapes.ConfirmInput,
        responses={200: shapes.SavedCellOutput(many=True)} | WRITING,
    )
    def post(self, request: Request, pk: int) -> Response:
        """确认待核实或有差异的值无误。"""
        wanted = self.read(shapes.ConfirmInput)
        cells = [(cell["id"], cell["letter"]) for cell in wanted.validated_data["cells"]]
        saved = confirm_cells(actor=self.actor(), report=self.report(), cells=cells)
        return Response(shapes.SavedCellOutput(saved, many=True).data)


class Undo(ReportAPI):
    @extend_schema(
        operation_id="report_undo",
        tags=["填报"],
        parameters=[PK],
        request=shapes.SeenCell,
        responses={200: shapes.SavedCellOutput} | WRITING,
    )
    def post(self, request: Request, pk: int) -> Response:
        """恢复为下发时的值。"""
        wanted = self.read(shapes.SeenCell)
        cell = wanted.validated_data
        saved = undo_cell(
            actor=self.actor(),
            report=self.report(),
            subject_id=cell["id"],
            letter=cell["letter"],
            seen=cell["seen"],
        )
        return Response(shapes.SavedCellOutput(saved).data)


class Adopt(ReportAPI):
    @extend_schema(
        operation_id="report_adopt",
        tags=["填报"],
        parameters=[PK],
        request=shapes.AdoptInput,
        responses={200: shapes.SaveOutput} | WRITING,
    )
    def post(self, request: Request, pk: int) -> Response:
        """采用别处的线索作为这一格的值。"""
        wanted = self.read(shapes.AdoptInput)
        cell, report = wanted.validated_data, self.report()
        raw = get_offered(
            lens=get_lens(actor=self.actor(), report=report),
            report=report,
            subject_id=cell["id"],
            letter=cell["letter"],
            offer_id=cell["offer"],
        )
        edit = Edit(cell["id"], cell["letter"], raw, cell["seen"])
        return self.saved(save_cells(actor=self.actor(), report=report, edits=[edit]))


def _row(row: GridRow) -> dict[str, Any]:
    """Written out: a serializer would cost more than the query."""
    return {
        "id": row.id,
        "position": row.position,
        "state": row.state,
        "reason": row.reason,
        "texts": row.texts,
        "states": row.states,
        "counts": row.counts,
        "fresh": row.fresh,
    }


report_rows = opened(Rows, READ_REPORTS, ApiScope.REPORTS)
report_summary = opened(Counts, READ_REPORTS, ApiScope.REPORTS)
report_cell = opened(Cell, READ_REPORTS, ApiScope.REPORTS)
report_unmask = opened(Unmask, UNMASK, step_up=True)
report_cells = opened(Cells, FILL_REPORTS, ApiScope.CELLS)
report_confirm = opened(Confirm, FILL_REPORTS, ApiScope.CELLS)
report_undo = opened(Undo, FILL_REPORTS, ApiScope.CELLS)
report_adopt = opened(Adopt, FILL_REPORTS, ApiScope.CELLS)
