"""Shape of what departments' and villages' systems get. Codes of areas are text: 12 digits, 18 below a community."""

from typing import Any

from rest_framework import serializers

from accounts.api.strict import PageQuery, QueryInput, StrictBoolean, StrictSerializer, StrictWords
from accounts.models import Job
from forms_engine.export.file_format import FileFormat
from forms_engine.models import FormVersion, Report
from forms_engine.selectors.dispatches import Progress
from forms_engine.serializers.codes import official
from forms_engine.serializers.grid import Letter
from registry.models import ItemType

Serializer = serializers.Serializer[Any]


class Official(serializers.CharField):
    """Code of an area as other systems know it."""

    def to_representation(self, value: Any) -> str:
        return official(value)


class VersionOutput(Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(FormVersion.State.choices)
    filing_number = serializers.CharField(allow_blank=True, help_text="备案号")
    valid_until = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True, help_text="审核结果的时间")


class FormOutput(Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    department = serializers.CharField(source="department.name")
    created_at = serializers.DateTimeField()
    versions = VersionOutput(many=True)


class FormPageOutput(Serializer):
    items = FormOutput(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="取下一页时作为 after,null 表示没有了")


class FormQuery(PageQuery):
    state = serializers.ChoiceField(FormVersion.State.choices, default="", help_text="只要有这种状态的版本的")
    department = StrictWords(default="", max_length=100, help_text="只要这个部门的表单,写部门全称")
    changed_since = serializers.DateField(
        default=None, help_text="只要从这一天(北京时间零点)起新建、有新版本或有审核结果的"
    )


class ColumnOutput(Serializer):
    letter = serializers.CharField(help_text="原表中的列")
    header = serializers.CharField()
    item = serializers.CharField(allow_null=True, source="item_id", help_text="数据项代码,null 表示新要的项")
    type = serializers.ChoiceField(ItemType.choices)
    level = serializers.IntegerField(allow_null=True, source="item.level", default=None, help_text="分级 1 到 4")
    required: Any = serializers.BooleanField()


class FormDetailOutput(FormOutput):
    columns = ColumnOutput(many=True, help_text="最新版本的列")


class DispatchOutput(Serializer):
    id = serializers.IntegerField()
    form = serializers.IntegerField(source="version.template_id")
    version = serializers.IntegerField(source="version.number")
    period = serializers.CharField()
    reporting_date = serializers.DateField(help_text="统计日期")
    due_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField(help_text="下发时间")
    closed_at = serializers.DateTimeField(allow_null=True, help_text="收表时间")


class DispatchPageOutput(Serializer):
    items = DispatchOutput(many=True)
    next = serializers.IntegerField(allow_null=True)


class DispatchQuery(PageQuery):
    closed = StrictBoolean(default=None, help_text="true 已收表的,false 还没有收表的")
    period = StrictWords(default="", max_length=50, help_text="只要这一期,如 2026年11月")
    reporting_from = serializers.DateField(default=None, help_text="统计日期从这一天起")
    reporting_until = serializers.DateField(default=None, help_text="统计日期到这一天止")
    changed_since = serializers.DateField(default=None, help_text="只要从这一天(北京时间零点)起下发或收表的")


class CommunityOutput(Serializer):
    report = serializers.IntegerField(source="report_id")
    area = Official(help_text="村居代码,12 位", source="code")
    name = serializers.CharField(allow_blank=True)
    progress = serializers.ChoiceField(Progress.choices)
    late = serializers.BooleanField()
    submitted_at = serializers.DateTimeField(allow_null=True)


class ProgressOutput(Serializer):
    items = CommunityOutput(many=True)
    next = serializers.CharField(allow_null=True)


class ProgressQuery(PageQuery):
    after: Any = serializers.RegexField(r"^[0-9]{12}\Z", default=None, max_length=12, help_text="上一页给出的 next")


class TotalsQuery(QueryInput):
    area = serializers.RegexField(
        r"^[0-9]{12}\Z", default=None, max_length=12, help_text="看哪个区划的下一级;默认本岗位的区划"
    )
    column = Letter(default="", help_text="按哪一列的取值分组")
    unreviewed = StrictBoolean(default=False, help_text="包括已提交、未审核的")


class TotalsRowOutput(Serializer):
    area = Official(source="code")
    name = serializers.CharField()
    reports = serializers.IntegerField()
    handed = serializers.IntegerField(help_text="已提交的报表")
    accepted = serializers.IntegerField(help_text="已通过的报表")
    subjects = serializers.CharField(help_text="对象数;为保护个人而不给出的写作 *")
    sums = serializers.ListField(child=serializers.CharField(), help_text="依次对应 summed 的各列")
    values = serializers.ListField(child=serializers.CharField(), help_text="依次对应 values 的各值")


class MeasureOutput(Serializer):
    letter = serializers.CharField()
    header = serializers.CharField()


class TotalsOutput(Serializer):
    area = serializers.CharField()
    level = serializers.CharField(help_text="各行区划的级别")
    summed = MeasureOutput(many=True)
    column = MeasureOutput(allow_null=True)
    values = serializers.ListField(child=serializers.CharField())
    rows = TotalsRowOutput(many=True)
    total = TotalsRowOutput()


class AnswerRowOutput(Serializer):
    area = serializers.CharField(help_text="村居代码,12 位")
    id = serializers.IntegerField(help_text="对象编号,同一对象各期不变")
    cells = serializers.ListField(child=serializers.CharField(allow_blank=True), help_text="依次对应 columns")


class AnswersOutput(Serializer):
    columns = MeasureOutput(many=True)
    rows = AnswerRowOutput(many=True)
    next = serializers.CharField(allow_blank=True, help_text="取下一页时作为 after,空表示没有了")


class ExportInput(StrictSerializer):
    format = serializers.ChoiceField(FileFormat.choices, default=FileFormat.XLSX.value)
    unreviewed = StrictBoolean(default=False)


class ExportOutput(Serializer):
    id = serializers.IntegerField()
    dispatch = serializers.IntegerField(source="dispatch_id")
    state = serializers.ChoiceField(Job.State.choices, source="job.state")
    percent = serializers.IntegerField(source="job.percent")
    message = serializers.CharField(allow_blank=True, source="job.message")
    filename = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField()


class ExportPageOutput(Serializer):
    items = ExportOutput(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="取下一页时作为 after,null 表示没有了")


class ExportQuery(PageQuery):
    state = serializers.ChoiceField(Job.State.choices, default="", help_text="只要这种状态的")


class ReportQuery(PageQuery):
    state = serializers.ChoiceField(
        [(state.value, state.label) for state in Report.State if state != Report.State.PREPARING],
        default=None,
        help_text="只要这种状态的",
    )


class ReportOutput(Serializer):
    id = serializers.IntegerField()
    form = serializers.CharField(source="dispatch.version.template.name")
    department = serializers.CharField(source="dispatch.version.template.department.name")
    period = serializers.CharField(source="dispatch.period")
    due_at = serializers.DateTimeField(source="dispatch.due_at")
    state = serializers.ChoiceField(Report.State.choices)
    area = Official(source="area_code")


class ReportDetailOutput(ReportOutput):
    columns = ColumnOutput(many=True)


class ReportPageOutput(Serializer):
    items = ReportOutput(many=True)
    next = serializers.IntegerField(allow_null=True)
