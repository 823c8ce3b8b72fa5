"""For a department's system: the forms it may collect, their sendings, how far the villages are."""

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PK, READING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.codes import from_official
from accounts.rights import COLLECT_REPORTS
from forms_engine.models import FormTemplate
from forms_engine.selectors.collecting import list_community_progress, list_forms, list_sendings, take_slice
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.selectors.reports import get_columns
from forms_engine.selectors.templates import get_collectable
from forms_engine.serializers import collecting as shapes
from forms_engine.serializers.codes import official

PAGING = ("after", "limit")


class FormList(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="forms",
        tags=["表单"],
        parameters=[shapes.FormQuery],
        responses={200: shapes.FormPageOutput} | READING,
    )
    def get(self, request: Request) -> Response:
        """本部门可汇总的表单和它们的版本,新的在前。"""
        wanted = self.read(shapes.FormQuery).validated_data
        paging = {name: wanted.pop(name) for name in PAGING}
        return Response(shapes.FormPageOutput(take_slice(list_forms(actor=self.actor(), **wanted), **paging)).data)


class FormDetail(ApiView):
    @extend_schema(
        operation_id="form", tags=["表单"], parameters=[PK], responses={200: shapes.FormDetailOutput} | READING
    )
    def get(self, request: Request, pk: int) -> Response:
        """一张表单,连同最新版本的列。"""
        form: FormTemplate = get_collectable(actor=self.actor(), pk=pk)
        versions = list(form.versions.defer("workbook", "layout").order_by("-number"))
        body = shapes.FormOutput(form).data | {
            "versions": shapes.VersionOutput(versions, many=True).data,
            "columns": shapes.ColumnOutput(get_columns(versions[0]), many=True).data,
        }
        return Response(body)


class DispatchList(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="form_dispatches",
        tags=["表单"],
        parameters=[PK, shapes.DispatchQuery],
        responses={200: shapes.DispatchPageOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """一张表单的各次下发,新的在前。"""
        wanted = self.read(shapes.DispatchQuery).validated_data
        paging = {name: wanted.pop(name) for name in PAGING}
        found = list_sendings(get_collectable(actor=self.actor(), pk=pk), **wanted)
        return Response(shapes.DispatchPageOutput(take_slice(found, **paging)).data)


class DispatchDetail(ApiView):
    @extend_schema(
        operation_id="dispatch", tags=["表单"], parameters=[PK], responses={200: shapes.DispatchOutput} | READING
    )
    def get(self, request: Request, pk: int) -> Response:
        """一次下发。"""
        return Response(shapes.DispatchOutput(get_dispatch(actor=self.actor(), pk=pk)).data)


class Progress(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="dispatch_progress",
        tags=["表单"],
        parameters=[PK, shapes.ProgressQuery],
        responses={200: shapes.ProgressOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """各村居的进度,按代码排列。"""
        wanted = self.read(shapes.ProgressQuery).validated_data
        dispatch = get_dispatch(actor=self.actor(), pk=pk)
        after = from_official(wanted["after"]) if wanted["after"] else 0
        found, following = list_community_progress(dispatch=dispatch, now=now(), after=after, limit=wanted["limit"])
        items = shapes.CommunityOutput(found, many=True).data
        return Response({"items": items, "next": official(following) if following is not None else None})


form_list = opened(FormList, COLLECT_REPORTS, ApiScope.FORMS)
form_detail = opened(FormDetail, COLLECT_REPORTS, ApiScope.FORMS)
dispatch_list = opened(DispatchList, COLLECT_REPORTS, ApiScope.FORMS)
dispatch_detail = opened(DispatchDetail, COLLECT_REPORTS, ApiScope.FORMS)
dispatch_progress = opened(Progress, COLLECT_REPORTS, ApiScope.FORMS)
