"""For other systems: ask the desk for a new tag or another meaning of one, and see what became of it."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PK, READING, WRITING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.rights import PROPOSE_TAGS
from tagging.api import shapes
from tagging.selectors.changes import get_change, read_progress
from tagging.services.proposals import KEY, Proposal, propose_once

HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": KEY.pattern},
    "header",
    required=True,
    description="系统自己编的,一件申请一个;没有收到回答就用同一个重发,不会变成两件",
)


class Proposals(ApiView):
    @extend_schema(
        operation_id="tag_propose",
        tags=["标签"],
        parameters=[HEADER],
        request=shapes.ProposalInput,
        responses={
            200: OpenApiResponse(shapes.ProposalOutput, "这个 Idempotency-Key 已经申请过的那一件"),
            201: OpenApiResponse(shapes.ProposalOutput, "新的申请,已交给区里审核"),
        }
        | WRITING,
    )
    def post(self, request: Request) -> Response:
        """申请新增一个标签,或修改本单位负责的标签。和页面上的申请一样由区里审核,申请人和申请部门不能自己同意。"""
        key = request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            raise ValidationError({"Idempotency-Key": []})
        wanted = self.read(shapes.ProposalInput).validated_data
        proposal = Proposal(reason=wanted["reason"], values=wanted["definition"], tag=wanted["tag"])
        change, is_new = propose_once(actor=self.actor(), key=key, proposal=proposal)
        told = read_progress(actor=self.actor(), change=change)
        return Response(shapes.ProposalOutput(told).data, status=201 if is_new else 200)


class ProposalDetail(ApiView):
    @extend_schema(
        operation_id="tag_proposal",
        tags=["标签"],
        parameters=[PK],
        responses={200: shapes.ProposalOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """一件申请办到哪一步。本部门在页面上的申请也看得到。"""
        change = get_change(actor=self.actor(), pk=pk)
        return Response(shapes.ProposalOutput(read_progress(actor=self.actor(), change=change)).data)


proposals = opened(Proposals, PROPOSE_TAGS, ApiScope.PROPOSALS)
proposal = opened(ProposalDetail, PROPOSE_TAGS, ApiScope.PROPOSALS)
