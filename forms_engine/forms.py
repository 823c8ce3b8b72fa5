"""Input of the department's pages: an upload, the meaning of its columns, whom the form asks and why."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.xlsx.package import MAX_FILE
from forms_engine.models import FormColumn, FormVersion
from forms_engine.services.design import ASKED_TYPES, ColumnEdit
from registry.catalogue import SUBJECTS, get_catalogue
from registry.models import DataItem, Entity, ItemType

NUMBER_WORD, NEW_ASK_WORD = "序号", "新要"
CHOSEN = {NUMBER_WORD: FormColumn.Kind.NUMBER, NEW_ASK_WORD: FormColumn.Kind.NEW_ASK}


def item_label(item: DataItem) -> str:
    """How a data item is written in a picker; `ColumnForm` reads it back."""
    return f"{item.name}({item.code})"


class BringForm(forms.Form):
    """Upload of the Excel that a department uses."""

    file = forms.FileField(
        label="正在用的 Excel 表",
        help_text=".xlsx 名册,不超过 20 MB。原来的标题、表头、边框和页脚都会保留,收齐后按原样导出。",
        error_messages={
            "required": "请选择要上传的 Excel 文件。",
            "empty": "这个文件是空的(0 字节)。请重新保存后再上传。",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    name = forms.CharField(label="表单名称", max_length=100, required=False, help_text="不填就用表里的标题。")

    def clean(self) -> dict[str, Any]:
        """data, filename, name: what the services take. One byte too many is enough for them to refuse the size."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.pop("file", None)
        if file is not None:
            cleaned |= {"data": file.read(MAX_FILE + 1), "filename": file.name}
        return cleaned


class NewVersionForm(BringForm):
    """The next version: of a changed Excel, or without a file of the same one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False
        self.fields["file"].help_text = "表没有变就不用选文件,沿用上一版的列和设置。"
        del self.fields["name"]


class ColumnForm(forms.Form):
    """What one column means. binding: an item as `item_label` writes it, its code or name, 序号 or 新要."""

    binding = forms.CharField(label="数据项", max_length=150, error_messages={"required": "请选择数据项,或填“新要”。"})
    type = forms.ChoiceField(
        label="填写类型", choices=[(kind.value, kind.label) for kind in ASKED_TYPES], required=False
    )
    required = forms.BooleanField(label="必填", required=False)
    reason = forms.CharField(label="新要的理由", max_length=300, required=False)

    def __init__(self, *args: Any, column: FormColumn, **kwargs: Any) -> None:
        self.column = column
        kwargs = {"initial": _initial(column), "prefix": f"c{column.letter}"} | kwargs
        super().__init__(*args, **kwargs)
        self.fields["binding"].widget.attrs |= {"list": "items", "autocomplete": "off", "class": "js-binding"}
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{column.letter} 列 {column.header}:{field.label}"

    def clean_binding(self) -> tuple[FormColumn.Kind, str | None]:
        text = self.cleaned_data["binding"].strip()
        if text in CHOSEN:
            return CHOSEN[text], None
        code = _find_item(text)
        if code is None:
            raise forms.ValidationError(f"数据项目录里没有“{text}”。请从列表里选,或填“新要”。")
        return FormColumn.Kind.ITEM, code

    def as_edit(self) -> ColumnEdit:
        kind, item = self.cleaned_data["binding"]
        data = self.cleaned_data
        asked_as = data["type"] or ItemType.TEXT
        return ColumnEdit(self.column.letter, kind, item, asked_as, data["required"], data["reason"].strip())


class ColumnForms:
    """The forms of all columns, sent together; a refusal that names a letter lands on that column."""

    def __init__(self, forms: Sequence[ColumnForm]) -> None:
        self.forms = forms
        self.fields = {form.column.letter: form for form in forms}

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]  # every form, so that all errors show at once
        return all(valid)

    @property
    def wrong(self) -> int:
        """How many columns have an error."""
        return sum(bool(form.errors) for form in self.forms)

    def edits(self) -> list[ColumnEdit]:
        return [form.as_edit() for form in self.forms]

    def add_error(self, letter: str | None, message: str) -> None:
        form = self.fields[letter] if letter else self.forms[0]
        form.add_error("binding", message)


class SettingsForm(forms.ModelForm[FormVersion]):
    """Name, subject, population, rhythm and basis of a form. The service writes; `save` is not used."""

    name = forms.CharField(label="表单名称", max_length=100)

    class Meta:
        model = FormVersion
        fields = ["subject", "population", "cycle", "lead_days", "legal_basis", "purpose", "valid_until"]
        widgets = {
            "valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "lead_days": forms.NumberInput(attrs={"min": 1, "max": 90}),
        }
        help_texts = {
            "population": "只对人员名册有用:按住在这里、按户籍在这里,或两者都算。",
            "lead_days": "从下发到截止至少留给村居的天数。",
            "legal_basis": "文件名称、文号和条款。有新要的列时必填。",
            "purpose": "收这些数据办什么事。含 3、4 级数据项时必填。",
            "valid_until": "不填则由区里准入时确定。",
        }

    field_order = ["name", *Meta.fields]

    def __init__(self, data: Any, *, instance: FormVersion) -> None:
        super().__init__(data, instance=instance, initial={"name": instance.template.name})
        self.fields["subject"].choices = [(value, Entity(value).label) for value in SUBJECTS]  # type: ignore[attr-defined]
        self.fields["lead_days"].validators += [_at_least_a_day]

    def settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _at_least_a_day(value: int) -> None:
    if not 1 <= value <= 90:
        raise forms.ValidationError("提前量请填 1 至 90 天。")


def _initial(column: FormColumn) -> dict[str, Any]:
    words = {kind: word for word, kind in CHOSEN.items()}
    binding = item_label(column.item) if column.item else words[FormColumn.Kind(column.kind)]
    return {"binding": binding, "type": column.type, "required": column.required, "reason": column.reason}


def _find_item(text: str) -> str | None:
    """Code of the item that a picker's text names: by label, by code, or by a name that only one item has."""
    items = get_catalogue().items
    code = text.rpartition("(")[2].rstrip(")") if text.endswith(")") else text
    if code in items:
        return code
    named = [item.code for item in items.values() if item.name == text]
    return named[0] if len(named) == 1 else None
