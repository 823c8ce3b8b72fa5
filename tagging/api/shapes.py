"""Shape of what systems get about tags."""

from typing import Any

from rest_framework import serializers

from accounts.api.strict import PageQuery, StrictInteger, StrictSerializer, StrictText, StrictWords
from accounts.approvals.rules import State
from accounts.roles import HIGHEST_LEVEL
from registry.models import Entity
from tagging.forms import MOST_SYNONYMS
from tagging.models import Colour, Kind, TagChange
from tagging.models.catalogue import SUBJECT_CHOICES

Serializer = serializers.Serializer[Any]
LONGEST_CYCLE = 3660


class TagQuery(PageQuery):
    kind = serializers.ChoiceField(Kind.choices, default="", allow_blank=True, help_text="只要这一种")
    subject = serializers.ChoiceField(SUBJECT_CHOICES, default="", allow_blank=True, help_text="只要这种对象的")


class AssignmentQuery(PageQuery):
    subject = serializers.ChoiceField(SUBJECT_CHOICES, default=Entity.PERSON.value, help_text="哪种对象")


class TagOutput(Serializer):
    id = serializers.IntegerField(source="pk")
    code = serializers.CharField(help_text="条件和标注里用的代码")
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    subject = serializers.ChoiceField(SUBJECT_CHOICES)
    level = serializers.IntegerField(help_text="分级,1 到 4")
    meaning = serializers.CharField()
    purpose = serializers.CharField()
    synonyms = serializers.ListField(child=serializers.CharField())
    standard_code = serializers.CharField(help_text="城市标准代码,没有则为空")
    group = serializers.CharField()
    owner = serializers.CharField(help_text="负责单位")
    area = serializers.CharField(source="area.official_code", help_text="适用范围的代码")
    version = serializers.IntegerField()
    valid_until = serializers.DateField(allow_null=True)
    changed_at = serializers.DateTimeField()


class TagPageOutput(Serializer):
    items = TagOutput(many=True)
    next = serializers.IntegerField(allow_null=True)


class AssignmentOutput(Serializer):
    id = serializers.IntegerField(source="subject_id", help_text="对象编号,和填报行里的相同")
    tags = serializers.ListField(child=serializers.CharField(), source="codes", help_text="标签代码")


class AssignmentPageOutput(Serializer):
    items = AssignmentOutput(many=True)
    next = serializers.IntegerField(allow_null=True)


class DefinitionInput(StrictSerializer):
    """What a tag is to mean, whole: what is left out is empty."""

    name = StrictWords(max_length=20)
    kind = serializers.ChoiceField(Kind.choices)
    subject = serializers.ChoiceField(SUBJECT_CHOICES, default=Entity.PERSON.value)
    level = StrictInteger(
        min_value=1, max_value=HIGHEST_LEVEL, default=2, help_text="分级;动态标签的由条件算出,写了也不算"
    )
    meaning = StrictWords(max_length=200, help_text="怎样的人算,怎样的不算")
    purpose = StrictWords(max_length=200, help_text="用来做什么工作,依据是什么")
    source = StrictText(max_length=100, default="", allow_blank=True, help_text="基础标签从哪里来")  # type: ignore[assignment]
    synonyms = serializers.ListField(child=StrictWords(max_length=20), max_length=MOST_SYNONYMS, default=list)
    condition = serializers.DictField(default=dict, help_text="动态标签的条件,写法见接口说明;基础标签没有")
    valid_until = serializers.DateField(default=None, allow_null=True)
    recheck_days = StrictInteger(
        min_value=1, max_value=LONGEST_CYCLE, default=None, allow_null=True, help_text="复核周期(天)"
    )
    group = StrictText(max_length=20, default="", allow_blank=True)
    colour = serializers.ChoiceField(Colour.choices, default=Colour.PLAIN.value)


class ProposalInput(StrictSerializer):
    tag = serializers.RegexField(
        r"^(T[0-9]{4,5})?\Z", max_length=6, default="", allow_blank=True, help_text="要修改的标签;新增的不写"
    )
    definition = DefinitionInput()
    reason = StrictWords(max_length=200, help_text="申请理由")


class ProposalOutput(Serializer):
    id = serializers.IntegerField(source="change.pk")
    step = serializers.ChoiceField(TagChange.Step.choices, source="change.step")
    state = serializers.ChoiceField(State.choices, source="change.state")
    name = serializers.CharField(source="change.name")
    level = serializers.IntegerField(source="change.level", help_text="动态标签的由条件算出")
    tag = serializers.CharField(allow_null=True, help_text="标签代码;新增的在同意以后才有")
    due_on = serializers.DateField(source="approval.due_on", allow_null=True, help_text="审核的期限")
    submitted_at = serializers.DateTimeField(source="approval.submitted_at", allow_null=True)
    decided_at = serializers.DateTimeField(source="approval.decided_at", allow_null=True)
    note = serializers.CharField(allow_blank=True, help_text="最近一次审核的意见,退回的写明要补充什么")
