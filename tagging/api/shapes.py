"""Shape of what systems get about tags."""

from typing import Any

from rest_framework import serializers

from accounts.api.strict import PageQuery
from registry.models import Entity
from tagging.models import Kind
from tagging.models.catalogue import SUBJECT_CHOICES

Serializer = serializers.Serializer[Any]


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
