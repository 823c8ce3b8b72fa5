"""Shape of what joined systems send and get. Codes of areas are text: 12 digits, 18 below a community."""

from typing import Any

from rest_framework import serializers

from accounts.api.strict import PageQuery, StrictSerializer, StrictWords
from forms_engine.serializers.collecting import Official
from portal.models import System, SystemTodo
from portal.services.system_todos import WORKS_AT

Serializer = serializers.Serializer[Any]
State = SystemTodo.State
ROLES = [(role, str(role)) for role in WORKS_AT]
ADMITTED = [
    (state.value, state.label) for state in (System.State.ADMITTED, System.State.SUSPENDED, System.State.RETIRED)
]
CLOSING = [(state.value, state.label) for state in (State.DONE, State.CANCELLED)]


class SystemOutput(Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(System.State.choices)
    filing_number = serializers.CharField(help_text="备案号")
    valid_until = serializers.DateField(source="live.valid_until", allow_null=True)


class SystemPageOutput(Serializer):
    items = SystemOutput(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="取下一页时作为 after,null 表示没有了")


class SystemQuery(PageQuery):
    state = serializers.ChoiceField(ADMITTED, default="", help_text="只要这种状态的")


class TodoInput(StrictSerializer):
    title = StrictWords(max_length=60, help_text="要办的事,如“核对本月探访计划”;不写人名和号码")
    area = serializers.RegexField(
        r"^([0-9]{12}|[0-9]{18})\Z", max_length=18, help_text="村居、镇街的 12 位代码;网格、微网格的 18 位代码"
    )
    role = serializers.ChoiceField(ROLES, help_text="谁办")
    path = serializers.RegexField(
        r"^(/[!-~]*)?\Z", max_length=300, default="", allow_blank=True, help_text="系统里办理的页面,以 / 开头"
    )
    due_on = serializers.DateField(default=None, allow_null=True, help_text="期限,没有则为 null")


class TodoOutput(Serializer):
    reference = serializers.CharField()
    title = serializers.CharField()
    area = Official(source="area_code")
    role = serializers.CharField()
    path = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(State.choices)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class TodoPageOutput(Serializer):
    items = TodoOutput(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="取下一页时作为 after,null 表示没有了")


class TodoQuery(PageQuery):
    state = serializers.ChoiceField(State.choices, default="", help_text="只要这种状态的")


class CloseInput(StrictSerializer):
    outcome = serializers.ChoiceField(CLOSING, help_text="办完了,还是不用办了")
