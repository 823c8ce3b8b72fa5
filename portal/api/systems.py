"""For a department's system: who it is at the portal, and the to-dos that it sends to villages and towns."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PK, READING, WRITING, ApiView, opened
from accounts.api_scopes import ApiScope
from accounts.rights import SEND_TODOS
from forms_engine.selectors.collecting import take_slice
from portal.api import shapes
from portal.selectors.system_todos import get_sending_system, get_todo_of, list_sending_systems, list_todos_of
from portal.services.system_todos import Asked, close_todo, put_todo

REFERENCE = OpenApiParameter(
    "reference",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$"},
    "path",
    description="系统自己的编号;同一个编号永远是同一条待办",
)


class Systems(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="systems",
        tags=["业务系统待办"],
        parameters=[shapes.SystemQuery],
        responses={200: shapes.SystemPageOutput} | READING,
    )
    def get(self, request: Request) -> Response:
        """本部门准入过的系统,新的在前。"""
        wanted = self.read(shapes.SystemQuery).validated_data
        found = list_sending_systems(actor=self.actor(), state=wanted.pop("state"))
        return Response(shapes.SystemPageOutput(take_slice(found, **wanted)).data)


class Todos(ApiView):
    takes_filters = True

    @extend_schema(
        operation_id="system_todos",
        tags=["业务系统待办"],
        parameters=[PK, shapes.TodoQuery],
        responses={200: shapes.TodoPageOutput} | READING,
    )
    def get(self, request: Request, pk: int) -> Response:
        """系统发出的待办,新的在前。"""
        wanted = self.read(shapes.TodoQuery).validated_data
        actor = self.actor()
        found = list_todos_of(get_sending_system(actor=actor, pk=pk), actor=actor, state=wanted.pop("state"))
        return Response(shapes.TodoPageOutput(take_slice(found, **wanted)).data)


class Todo(ApiView):
    @extend_schema(
        operation_id="system_todo",
        tags=["业务系统待办"],
        parameters=[PK, REFERENCE],
        responses={200: shapes.TodoOutput} | READING,
    )
    def get(self, request: Request, pk: int, reference: str) -> Response:
        """一条待办。"""
        actor = self.actor()
        found = get_todo_of(get_sending_system(actor=actor, pk=pk), actor=actor, reference=reference)
        return Response(shapes.TodoOutput(found).data)

    @extend_schema(
        operation_id="system_todo_put",
        tags=["业务系统待办"],
        parameters=[PK, REFERENCE],
        request=shapes.TodoInput,
        responses={
            200: OpenApiResponse(shapes.TodoOutput, "已有的待办,按这次的内容改好"),
            201: OpenApiResponse(shapes.TodoOutput, "新的待办"),
        }
        | WRITING,
    )
    def put(self, request: Request, pk: int, reference: str) -> Response:
        """发一条待办,或改它的内容。重发同样的内容是安全的。"""
        wanted = self.read(shapes.TodoInput).validated_data
        asked = Asked(**wanted | {"area": int(wanted["area"].ljust(18, "0"))})
        todo, is_new = put_todo(actor=self.actor(), system_id=pk, reference=reference, asked=asked)
        return Response(shapes.TodoOutput(todo).data, status=201 if is_new else 200)


class TodoClose(ApiView):
    @extend_schema(
        operation_id="system_todo_close",
        tags=["业务系统待办"],
        parameters=[PK, REFERENCE],
        request=shapes.CloseInput,
        responses={200: shapes.TodoOutput} | WRITING,
    )
    def post(self, request: Request, pk: int, reference: str) -> Response:
        """办完了或不用办了:从村居的待办里拿掉。重发是安全的。"""
        outcome = self.read(shapes.CloseInput).validated_data["outcome"]
        todo = close_todo(actor=self.actor(), system_id=pk, reference=reference, outcome=outcome)
        return Response(shapes.TodoOutput(todo).data)


systems = opened(Systems, SEND_TODOS, ApiScope.TODOS)
todos = opened(Todos, SEND_TODOS, ApiScope.TODOS)
todo = opened(Todo, SEND_TODOS, ApiScope.TODOS)
todo_close = opened(TodoClose, SEND_TODOS, ApiScope.TODOS)
