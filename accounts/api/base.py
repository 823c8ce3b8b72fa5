"""What every view of the API shares: who asks, the one shape of refusals, the check of input."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from accounts.access import access
from accounts.actors import Actor
from accounts.api.strict import BIGGEST, StrictSerializer
from accounts.api_scopes import ApiScope
from accounts.problems import PROBLEM, describe_problem


class ProblemOutput(serializers.Serializer[Any]):
    """Every refusal (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank")
    title = serializers.CharField(help_text="HTTP 状态的英文名")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="稳定的代码,供程序判断")
    detail = serializers.CharField(help_text="给人看的一句话")
    field = serializers.CharField(allow_null=True, help_text="不符合格式的字段")
    login = serializers.CharField(required=False, help_text="浏览器登录的地址,只在 401 时有")


SENTENCES = {
    400: ("bad_request", "提交的内容不符合格式,请对照接口文档修改后重试。"),
    401: ("login_required", "请先登录或重新获取令牌。"),
    403: ("not_allowed", "登录状态变了或没有权限,请刷新页面。"),
    404: ("not_found", "没有找到,或者不在您的岗位范围内。"),
    405: ("method_not_allowed", "这个地址不支持这种请求。"),
    406: ("not_acceptable", "只提供 JSON。"),
    413: ("too_large", "提交的内容太大,请分几次提交。"),
    415: ("unsupported_media_type", "请以 JSON 提交。"),
    429: ("too_many_requests", "操作太频繁,请稍等片刻。"),
}


def problems(*statuses: int) -> dict[Any, Any]:
    """Refusals that a view answers, for the schema."""
    return {(status, PROBLEM): OpenApiResponse(ProblemOutput) for status in statuses}


READING = problems(400, 401, 403, 404, 405, 406, 429, 503)
WRITING = READING | problems(409, 415, 422)

PK = OpenApiParameter("id", {"type": "integer", "format": "int64", "minimum": 1, "maximum": BIGGEST}, "path")
LETTER = OpenApiParameter("letter", {"type": "string", "pattern": "^[A-Z]{1,3}$"}, "path", description="列字母")


def answer_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's own refusals as problem details; a DomainError goes on to `portal.errors`."""
    response = exception_handler(error, context)
    if response is not None:
        code, sentence = SENTENCES.get(response.status_code, ("refused", "这一步没有通过检查。"))
        fields = sorted(response.data) if response.status_code == 400 and isinstance(response.data, dict) else []
        field = next((name for name in fields if name not in ("detail", "non_field_errors")), None)
        response.data = describe_problem(response.status_code, code, sentence, field=field)
        response.content_type = PROBLEM
    return response


class ApiView(APIView):
    """A view of the API. api_scope: what a machine's token must say; "" where machines have no business."""

    api_scope: str = ""
    takes_filters = False

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return answer_refusal

    def actor(self) -> Actor:
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]
        return actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A view that declares no filters takes none, and no step that writes takes any."""
        super().initial(request, *args, **kwargs)
        filtered = self.takes_filters and request.method in ("GET", "HEAD")
        if request.query_params and not filtered:
            raise ValidationError({name[:50]: [] for name in request.query_params})

    def read(self, shape: type[StrictSerializer]) -> Any:
        """The input, checked. Raises ValidationError: 400."""
        asked: Request = self.request
        given = shape(data=asked.query_params if asked.method in ("GET", "HEAD") else asked.data)
        given.is_valid(raise_exception=True)
        return given


def opened(
    view: type[ApiView], right: str, scope: ApiScope | None = None, *, step_up: bool = False
) -> Callable[..., HttpResponseBase]:
    """The view behind the one gate. step_up: people give a second factor, machines have the scope."""
    view.api_scope = scope.value if scope else ""
    guarded: Callable[..., HttpResponseBase] = access(right, scope=view.api_scope, step_up=step_up)(view.as_view())
    return guarded
