"""For other systems: the catalogue of tags, and who in the own area carries which."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import READING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.audit import record
from accounts.rights import VIEW_RESIDENTS, VIEW_TAGS
from tagging.api import shapes
from tagging.selectors.assignments import label_of, list_assignments
from tagging.selectors.catalogue import TagFilter, list_tags


class TagList(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="tags",
        tags=["标签"],
        parameters=[shapes.TagQuery],
        responses={200: shapes.TagPageOutput} | READING,
    )
    def get(self, request: Request) -> Response:
        """在用的标签,按编号排列。"""
        wanted = self.read(shapes.TagQuery).validated_data
        found = list_tags(actor=self.actor(), wanted=TagFilter(kind=wanted["kind"]))
        found = found.filter(pk__gt=wanted["after"] or 0)
        found = found.filter(subject=wanted["subject"]) if wanted["subject"] else found
        rows = list(found.order_by("pk")[: wanted["limit"] + 1])
        page = rows[: wanted["limit"]]
        following = page[-1].pk if len(rows) > len(page) else None
        return Response({"items": shapes.TagOutput(page, many=True).data, "next": following})


class AssignmentList(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="tag_assignments",
        tags=["标签"],
        parameters=[shapes.AssignmentQuery],
        responses={200: shapes.AssignmentPageOutput} | READING,
    )
    def get(self, request: Request) -> Response:
        """本辖区的对象各有哪些标签,按对象编号排列。分级高于本岗位的标签不在其中。"""
        wanted = self.read(shapes.AssignmentQuery).validated_data
        entity = wanted["subject"]
        page, following = list_assignments(
            actor=self.actor(), entity=entity, after=wanted["after"] or 0, limit=wanted["limit"]
        )
        record(self.actor(), "tag.assignments_read", subjects=(label_of(entity), [one.subject_id for one in page]))
        return Response({"items": shapes.AssignmentOutput(page, many=True).data, "next": following})


tag_list = opened(TagList, VIEW_TAGS, ApiScope.TAGS)
assignment_list = opened(AssignmentList, VIEW_RESIDENTS, ApiScope.TAGS)
