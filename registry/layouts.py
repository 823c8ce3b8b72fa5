"""Which data items a page shows about each kind of subject, in which order. Item codes: no labels, no values."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.models import DataItem, Entity

HIDDEN_RULE = "hidden"


@dataclass(frozen=True, slots=True)
class Layout:
    """noun: what a worker calls the subject. title: item that names one. columns: of the list; more_columns: to choose
    from; groups: of the card."""

    noun: str
    title: str
    columns: tuple[str, ...]
    more_columns: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]


def group_items(entity: str, items: list[DataItem]) -> list[tuple[str, list[DataItem]]]:
    """Items of the card by group; what no group names comes last under 其他. Items hidden from all are left out."""
    shown = {item.code: item for item in items if item.mask != HIDDEN_RULE}
    grouped = [
        (title, [shown.pop(code) for code in codes if code in shown]) for title, codes in LAYOUTS[entity].groups.items()
    ]
    return [(title, group) for title, group in [*grouped, ("其他", list(shown.values()))] if group]


def _items(entity: str, keys: str) -> tuple[str, ...]:
    return tuple(key if "." in key else f"{entity}.{key}" for key in keys.split())


PERSON = Layout(
    noun="居民",
    title="person.name",
    columns=_items("person", "name sex age id_number phone residence_address area.grid household_consistency"),
    more_columns=_items(
        "person",
        "birth_date ethnicity marital_status education political_status relation_to_head registered_address"
        " residency_type employment_status workplace self_care_ability is_elderly_alone is_empty_nest is_low_income"
        " is_disabled emergency_contact emergency_phone last_visit_date area.community area.microgrid remark",
    ),
    groups={
        "基本信息": _items(
            "person",
            "name id_number sex birth_date age ethnicity native_place former_name marital_status education"
            " political_status is_party_member party_join_date party_regular_date party_branch religion blood_type",
        ),
        "联系": _items("person", "phone emergency_contact emergency_phone"),
        "居住": _items(
            "person",
            "residence_address residency_type household_consistency move_in_date move_out_date inflow_reason"
            " residence_permit_type residence_permit_number",
        ),
        "户籍与家庭": _items("person", "registered_address relation_to_head children_count"),
        "健康与照护": _items(
            "person",
            "self_care_ability is_elderly_alone is_empty_nest caregiver_name caregiver_phone caregiver_relation"
            " care_frequency last_visit_date health_status chronic_disease family_doctor health_record_number"
            " is_disabled disability_certificate disability_category disability_level vaccinated"
            " is_pregnant_or_postpartum",
        ),
        "社会保障": _items(
            "person",
            "is_low_income low_income_category low_income_amount support_mode elderly_allowance_standard bank_name"
            " bank_account medical_insurance_type medical_insurance_paid pension_insurance_type pension_amount",
        ),
        "就业与就学": _items(
            "person",
            "employment_status workplace occupation occupation_category registered_unemployed monthly_income"
            " annual_income school grade student_number guardian_name guardian_phone guardian_relation"
            " is_left_behind left_behind_type",
        ),
        "优抚与志愿": _items(
            "person", "is_veteran enlist_date discharge_date veteran_category is_volunteer volunteer_hours"
        ),
    },
)
HOUSEHOLD = Layout(
    noun="家庭户",
    title="household.number",
    columns=_items(
        "household", "number head_name person.registered_address type registered_count resident_count area.grid"
    ),
    more_columns=_items("household", "head_phone land_area homestead_area is_poverty_relieved area.community"),
    groups={
        "户籍": _items("household", "number type registered_count resident_count"),
        "户主": _items("household", "head_name head_id_number head_phone"),
        "土地与收入": _items(
            "household", "land_area homestead_area annual_income per_capita_income is_poverty_relieved"
        ),
    },
)
DWELLING = Layout(
    noun="房屋",
    title="dwelling.address",
    columns=_items(
        "dwelling", "address building room use area_sqm owner_name owner_phone is_rented tenant_count area.grid"
    ),
    more_columns=_items(
        "dwelling", "code structure floors built_year safety_level rented_rooms fire_hazard gas_type area.community"
    ),
    groups={
        "位置": _items("dwelling", "address building room code"),
        "建筑": _items("dwelling", "use structure area_sqm floors built_year safety_level gas_type fire_hazard"),
        "房主": _items("dwelling", "owner_name owner_id_number owner_phone"),
        "出租": _items("dwelling", "is_rented rented_rooms tenant_count"),
    },
)
ORGANIZATION = Layout(
    noun="单位",
    title="organization.name",
    columns=_items("organization", "name type address legal_person legal_phone employee_count extinguishers area.grid"),
    more_columns=_items("organization", "uscc area.community"),
    groups={
        "单位": _items("organization", "name uscc type address"),
        "负责人": _items("organization", "legal_person legal_phone"),
        "人员与消防": _items("organization", "employee_count extinguishers"),
    },
)
LAYOUTS: Mapping[str, Layout] = {
    Entity.PERSON: PERSON,
    Entity.HOUSEHOLD: HOUSEHOLD,
    Entity.DWELLING: DWELLING,
    Entity.ORGANIZATION: ORGANIZATION,
}
AREA_DRIVEN = frozenset({"person.registered_area", "person.residence_area"})
"""Told by the subject's area codes, so neither shown nor asked a second time."""
