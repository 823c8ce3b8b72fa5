"""The same import written with django-import-export, for comparison only."""

from typing import Any

from import_export.resources import ModelResource

from accounts.codes import district_of
from accounts.sealing import blind_index, seal
from registry.catalogue import get_catalogue
from registry.models import Person
from registry.rules import ItemSpec, parse_value
from registry.rules.pinyin import spell_name

COLUMNS = {
    "姓名": "name",
    "性别": "sex",
    "身份证号码": "id_number",
    "出生日期": "birth_date",
    "民族": "ethnicity",
    "婚姻状况": "marital_status",
    "学历": "education",
    "联系电话": "phone",
    "现住址": "residence_address",
    "户籍地址": "registered_address",
    "是否低保": "is_low_income",
}
ID_NUMBER = "person.id_number"


class PersonResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = Person
        import_id_fields = ()
        fields = ("id_number_sealed", "pinyin", "initials", *(set(COLUMNS.values()) - {"id_number"}))

    def __init__(self, community: int) -> None:
        super().__init__()
        self.community, self.catalogue = community, get_catalogue()

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Check and translate each cell by the rules that our own import uses."""
        values = {key: self._parsed(f"person.{key}", row[header]) for header, key in COLUMNS.items()}
        number = values.pop("id_number")
        row.update(values, id_number_sealed=seal(ID_NUMBER, number), mark=blind_index(ID_NUMBER, number))
        row["pinyin"], row["initials"] = spell_name(values["name"])

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Any:
        return Person.objects.filter(id_number_index=row["mark"]).first()

    def import_instance(self, instance: Any, row: dict[str, Any], **kwargs: Any) -> None:
        for name in self.get_fields():
            setattr(instance, name.attribute, row[name.attribute])
        instance.district, instance.area_code = district_of(self.community), self.community
        instance.registered_area_code = self.community
        instance.id_number_index = row["mark"]

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """The library would set the sequence of ids anew, which the app role may not."""

    def _parsed(self, code: str, raw: Any) -> Any:
        return parse_value(ItemSpec.of(self.catalogue.item(code)), raw, self.catalogue.spellings(code) or None)
