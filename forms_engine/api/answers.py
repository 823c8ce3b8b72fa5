"""For a department's system: totals by area, and accepted rows page by page."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits
from accounts.api.base import PK, READING, ApiView, opened
from accounts.api.strict import AnswersQuery
from accounts.api_scopes import ApiScope
from accounts.audit import record
from accounts.codes import from_official
from accounts.rights import COLLECT_REPORTS
from forms_engine.selectors.collecting import list_answers
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.serializers import collecting as shapes
from forms_engine.serializers.codes import official
from forms_engine.services.totals import take_totals
from registry.catalogue import model_of


class Totals(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="dispatch_totals",
        tags=["结果"],
        parameters=[PK, shapes.TotalsQuery],
        responses={200: shapes.TotalsOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """下一级各区划的汇总。"""
        wanted = self.read(shapes.TotalsQuery).validated_data
        found = take_totals(
            actor=self.actor(),
            dispatch=get_dispatch(actor=self.actor(), pk=pk),
            area_code=from_official(wanted["area"]) if wanted["area"] else None,
            letter=wanted["column"],
            unreviewed=wanted["unreviewed"],
        )
        body = {
            "area": official(found.area.code),
            "level": found.level.value,
            "summed": shapes.MeasureOutput(found.measures.summed, many=True).data,
            "column": shapes.MeasureOutput(found.column).data if found.column else None,
            "values": list(found.values),
            "rows": shapes.TotalsRowOutput(found.areas, many=True).data,
            "total": shapes.TotalsRowOutput(found.total).data,
        }
        return Response(body)


class Answers(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="dispatch_rows",
        tags=["结果"],
        parameters=[PK, AnswersQuery],
        responses={200: shapes.AnswersOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """审核通过的明细行,一页最多 1000 行;超过批准范围的项脱敏。每页计入导出用量。"""
        wanted = self.read(AnswersQuery).validated_data
        actor, dispatch = self.actor(), get_dispatch(actor=self.actor(), pk=pk)
        limits.spend(actor, limits.EXPORT)
        found = list_answers(actor=actor, dispatch=dispatch, **wanted)
        kind = model_of(dispatch.version.subject)._meta.label_lower
        subjects = (kind, sorted(row.subject_id for row in found.rows))
        record(actor, "dispatch.rows_taken", dispatch, subjects=subjects, rows=len(found.rows))
        body = {
            "columns": shapes.MeasureOutput(found.columns, many=True).data,
            "rows": [{"area": official(row.area_code), "id": row.subject_id, "cells": row.cells} for row in found.rows],
            "next": found.next,
        }
        return Response(body, headers={"Cache-Control": "no-store"})


dispatch_totals = opened(Totals, COLLECT_REPORTS, ApiScope.TOTALS)
dispatch_rows = opened(Answers, COLLECT_REPORTS, ApiScope.ROWS, step_up=True)
