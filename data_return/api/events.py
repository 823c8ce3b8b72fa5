"""The webhook: one signed CloudEvent (CloudEvents 1.0, structured mode, JSON) says that a dataset has changed."""

import json
import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import PUBLIC, access
from accounts.api.base import WRITING, ApiView, problems
from accounts.api.strict import StrictText
from data_return.selectors.events import find_open_door
from data_return.services.events import check_signature, take_event

MEDIA_TYPE = "application/cloudevents+json"
CHANGED = "dataset.changed"
MOST_BYTES = 16 * 1024


class TooLarge(APIException):
    status_code = 413


class EventInput(serializers.Serializer[Any]):
    """A CloudEvent. Further attributes and data may come along; neither is read nor kept."""

    specversion = serializers.ChoiceField(["1.0"])
    id = StrictText(max_length=100, help_text="发送方的通知编号,每次变更一个,重发时不变")
    source = StrictText(  # type: ignore[assignment]  # a name that Field has for itself
        max_length=500, help_text="哪个系统,例如 /canlian/subsidies"
    )
    type = serializers.ChoiceField([CHANGED])
    time = serializers.DateTimeField(required=False, help_text="变更发生的时间")


class TakenOutput(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="收到的通知编号")


HEADERS = [
    OpenApiParameter("Webhook-Timestamp", str, "header", required=True, description="签名时间,1970 年以来的秒数"),
    OpenApiParameter(
        "Webhook-Signature", str, "header", required=True, description="sm3= 加上 HMAC-SM3(时间.请求体) 的十六进制"
    ),
    OpenApiParameter("ticket", uuid.UUID, "path", description="通知地址里的编号"),
]


class Events(ApiView):
    """Signed by the department's system: neither session nor token is looked at."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="dataset_event",
        tags=["回流数据"],
        auth=[],
        parameters=HEADERS,
        request={MEDIA_TYPE: EventInput},
        responses={202: TakenOutput} | WRITING | problems(413),
    )
    def post(self, request: Request, ticket: uuid.UUID) -> Response:
        """告诉平台“数据集有变化”。收到就回答 202,随后在后台同步。"""
        body = _read(request)
        door = check_signature(
            find_open_door(ticket),
            timestamp=request.headers.get("Webhook-Timestamp", ""),
            signature=request.headers.get("Webhook-Signature", ""),
            body=body,
        )
        given = EventInput(data=_as_object(body))
        given.is_valid(raise_exception=True)
        event = take_event(door=door, number=given.validated_data["id"])
        return Response({"id": event.number}, status=202)


def _read(request: Request) -> bytes:
    """The body as it was signed. Raises UnsupportedMediaType, TooLarge."""
    if request.content_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise UnsupportedMediaType(request.content_type)
    body: bytes = request._request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge
    return body


def _as_object(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ParseError from None


events = access(PUBLIC)(Events.as_view())
