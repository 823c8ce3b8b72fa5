"""For a department's system: files in the department's own layout."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PK, READING, WRITING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.rights import COLLECT_REPORTS
from forms_engine.export.file_format import FileFormat
from forms_engine.selectors.collecting import take_slice
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.selectors.exports import find_export, get_export, list_exports
from forms_engine.serializers import collecting as shapes
from forms_engine.services.give import start_export, take_export
from forms_engine.views.give import as_download

FILES = {
    (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiTypes.BINARY,
    (200, "text/csv"): OpenApiTypes.BINARY,
}


class Exports(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="dispatch_exports",
        tags=["导出"],
        parameters=[PK, shapes.ExportQuery],
        responses={200: shapes.ExportPageOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """这次下发的导出,新的在前。"""
        wanted = self.read(shapes.ExportQuery).validated_data
        actor, state = self.actor(), wanted.pop("state")
        found = list_exports(actor=actor, dispatch=get_dispatch(actor=actor, pk=pk), state=state)
        return Response(shapes.ExportPageOutput(take_slice(found, **wanted)).data)

    @extend_schema(
        operation_id="dispatch_export_start",
        tags=["导出"],
        parameters=[PK],
        request=shapes.ExportInput,
        responses={202: OpenApiResponse(shapes.ExportOutput, "已开始;用 GET 查看进度")} | WRITING,
    )
    def post(self, request: Request, pk: int) -> Response:
        """开始导出;正在做的同样一份会直接给出。"""
        wanted = self.read(shapes.ExportInput).validated_data
        actor = self.actor()
        started = start_export(
            actor=actor,
            dispatch=get_dispatch(actor=actor, pk=pk),
            file_format=FileFormat(wanted["format"]),
            unreviewed=wanted["unreviewed"],
        )
        return Response(shapes.ExportOutput(started).data, status=202)


class ExportDetail(ApiView):
    @extend_schema(
        operation_id="export", tags=["导出"], parameters=[PK], responses={200: shapes.ExportOutput} | READING
    )
    def get(self, request: Request, pk: int) -> Response:
        """一个导出的进度。"""
        return Response(shapes.ExportOutput(find_export(actor=self.actor(), pk=pk)).data)


class ExportFile(ApiView):
    @extend_schema(operation_id="export_file", tags=["导出"], parameters=[PK], responses=FILES | READING)
    def get(self, request: Request, pk: int) -> FileResponse:
        """做好的文件,保存 7 天。"""
        actor = self.actor()
        export = get_export(actor=actor, pk=pk)
        return as_download(take_export(actor=actor, export=export), export)


exports = opened(Exports, COLLECT_REPORTS, ApiScope.EXPORTS, step_up=True)
export_detail = opened(ExportDetail, COLLECT_REPORTS, ApiScope.EXPORTS, step_up=True)
export_file = opened(ExportFile, COLLECT_REPORTS, ApiScope.EXPORTS, step_up=True)
