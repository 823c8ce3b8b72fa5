"""Shape of what the grid sends and gets. Letters are those of the workbook's columns; states as in `grid.MARKS`."""

from typing import Any

from rest_framework import serializers

from accounts.api.strict import BIGGEST, StrictInteger, StrictSerializer, StrictText
from forms_engine.services.fill import Edit

MOST_CELLS = 500
LONGEST = 2000
Serializer = serializers.Serializer[Any]


class Letter(serializers.RegexField):
    """Letters of a column, as in the workbook."""

    def __init__(self, **more: Any) -> None:
        super().__init__(r"^[A-Z]{1,3}\Z", max_length=3, **more)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class CellRef(StrictSerializer):
    """A cell: subject of the row and letter of the column."""

    id = StrictInteger(min_value=1, max_value=BIGGEST)
    letter = Letter()


class SeenCell(CellRef):
    seen = StrictInteger(
        min_value=0, max_value=2**31 - 1, default=0, help_text="这一格在浏览器里的改动计数,没有改过为 0"
    )


class EditInput(SeenCell):
    raw = StrictText(allow_blank=True, max_length=LONGEST, trim_whitespace=False, help_text="填写的原文,空文本表示清空")


class SaveInput(StrictSerializer):
    edits = serializers.ListField(child=EditInput(), min_length=1, max_length=MOST_CELLS)

    def to_edits(self) -> list[Edit]:
        """After is_valid()."""
        return [Edit(one["id"], one["letter"], one["raw"], one["seen"]) for one in self.validated_data["edits"]]


class ConfirmInput(StrictSerializer):
    cells = serializers.ListField(child=CellRef(), min_length=1, max_length=MOST_CELLS)


class UnmaskInput(StrictSerializer):
    reason = StrictText(min_length=4, max_length=200, help_text="查看原因,记入审计")


class AdoptInput(SeenCell):
    offer = StrictInteger(min_value=1, max_value=BIGGEST, help_text="线索编号,见单格详情 offers")


class SavedCellOutput(Serializer):
    id = serializers.IntegerField(source="subject_id")
    letter = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text="按岗位脱敏后的文字")
    state = serializers.CharField(help_text="known、confirm、missing、conflict、changed、masked 或 returned")
    n = serializers.IntegerField(help_text="新的改动计数")


class RefusedCellOutput(Serializer):
    id = serializers.IntegerField(source="subject_id")
    letter = serializers.CharField()
    message = serializers.CharField()


class ConflictCellOutput(Serializer):
    """Somebody else was faster; nothing was written."""

    id = serializers.IntegerField(source="subject_id")
    letter = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()
    by = serializers.SerializerMethodField(help_text="谁改的")
    at = serializers.CharField(allow_blank=True, help_text="ISO 8601 时间")
    mine = serializers.SerializerMethodField(help_text="是同一岗位改的,例如回答在路上丢失")

    def get_by(self, cell: Any) -> str:
        names: dict[int, str] = self.context["names"]
        return names.get(cell.by, "")

    def get_mine(self, cell: Any) -> bool:
        return bool(cell.by == self.context["post_id"])


class SaveOutput(Serializer):
    saved = SavedCellOutput(many=True)
    refused = RefusedCellOutput(many=True)
    conflicts = ConflictCellOutput(many=True)


class RowOutput(Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    state = serializers.ChoiceField(["listed", "added"])
    reason = serializers.CharField(allow_blank=True)
    texts = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text="依次对应各列")
    states = serializers.CharField(help_text="依次对应各列:k 已有 c 待核实 m 待填 x 有差异 e 已修改 s 已脱敏 r 已退回")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="列字母 -> 改动计数")
    fresh = serializers.ListField(child=serializers.CharField(), help_text="上次审核之后改过的列")


class RowsOutput(Serializer):
    rows = RowOutput(many=True)
    next = serializers.CharField(allow_blank=True, help_text="取下一页时作为 after,空表示没有了")


class SummaryOutput(Serializer):
    rows = serializers.IntegerField()
    known_percent = serializers.IntegerField()
    missing = serializers.IntegerField()
    confirm = serializers.IntegerField()
    conflict = serializers.IntegerField()
    changed = serializers.IntegerField()
    returned = serializers.IntegerField()


class OfferOutput(Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    origin = serializers.CharField(allow_blank=True)


class TraceOutput(Serializer):
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class CommentOutput(Serializer):
    text = serializers.CharField()
    by = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    done = serializers.BooleanField()


class CellOutput(Serializer):
    id = serializers.IntegerField()
    letter = serializers.CharField()
    header = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    item = serializers.CharField(allow_blank=True)
    level = serializers.IntegerField(allow_null=True)
    steward = serializers.CharField(allow_blank=True)
    masked = serializers.BooleanField()
    editable = serializers.BooleanField()
    needed = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True, help_text="部门说明的新要理由")
    text = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    n = serializers.IntegerField()
    confirmed = serializers.BooleanField()
    origin = serializers.CharField(allow_blank=True)
    at_dispatch = serializers.CharField(allow_blank=True)
    comment = CommentOutput(allow_null=True)
    offers = OfferOutput(many=True)
    history = TraceOutput(many=True)
    until = serializers.DateTimeField(allow_null=True, help_text="完整内容显示到何时;没有展开为空")
