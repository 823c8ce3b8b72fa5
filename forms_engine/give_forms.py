"""Input of the pages that give the answers to their department."""

from django import forms

from forms_engine.export.file_format import FileFormat


class ExportForm(forms.Form):
    """What file to make."""

    file_format = forms.ChoiceField(
        label="格式", choices=FileFormat.choices, initial=FileFormat.XLSX, widget=forms.RadioSelect
    )
    unreviewed = forms.BooleanField(
        label="包括未审核的", required=False, help_text="加上已提交、镇街还没有审核的报表;文件名会注明“含未审核”。"
    )

    def clean_file_format(self) -> FileFormat:
        return FileFormat(self.cleaned_data["file_format"])


class AggregateForm(forms.Form):
    """What to add up. Bad input falls back to the whole of the post's area and the first column."""

    area = forms.IntegerField(required=False)
    column = forms.CharField(required=False, max_length=3)
    unreviewed = forms.BooleanField(required=False)
