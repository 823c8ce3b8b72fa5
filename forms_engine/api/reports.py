"""For a village's system: the reports of its area."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PK, READING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.rights import READ_REPORTS
from forms_engine.selectors.collecting import take_slice
from forms_engine.selectors.grid import get_lens
from forms_engine.selectors.reports import get_report, list_reports
from forms_engine.serializers import collecting as shapes


class ReportList(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="reports",
        tags=["填报"],
        parameters=[shapes.ReportQuery],
        responses={200: shapes.ReportPageOutput} | READING,
    )
    def get(self, request: Request) -> Response:
        """本辖区的报表,新的在前。"""
        wanted = self.read(shapes.ReportQuery).validated_data
        state = wanted.pop("state")
        found = list_reports(actor=self.actor(), states=[state] if state else ())
        found = found.defer("dispatch__version__workbook", "dispatch__version__layout")
        page = take_slice(found, **wanted)
        return Response(shapes.ReportPageOutput(page).data)


class ReportDetail(ApiView):
    @extend_schema(
        operation_id="report", tags=["填报"], parameters=[PK], responses={200: shapes.ReportDetailOutput} | READING
    )
    def get(self, request: Request, pk: int) -> Response:
        """一份报表和它的列。"""
        report = get_report(actor=self.actor(), pk=pk)
        columns = get_lens(actor=self.actor(), report=report).columns
        return Response(shapes.ReportOutput(report).data | {"columns": shapes.ColumnOutput(columns, many=True).data})


report_list = opened(ReportList, READ_REPORTS, ApiScope.REPORTS)
report_detail = opened(ReportDetail, READ_REPORTS, ApiScope.REPORTS)
