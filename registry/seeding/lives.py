"""What the registry knows of one person beside name and family: schooling, work, insurance, health, care.

Each function reads a `Life` and writes canonical values under item codes. Rates are those of an old county: they need
to be believable, not exact. Codes are those of the lists in registry/data/code_lists.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.seeding import REFERENCE_DAY
from registry.seeding.families import MARRIED, WIDOWED
from registry.seeding.names import MALE

Values = MutableMapping[str, object]
SCHOOL_AGE, WORKING_AGE, OLD_AGE = 6, 22, 60

ALLOWANCES = ((100, "600"), (90, "350"), (80, "180"), (70, "150"), (65, "75"))
"""Allowance for the aged of Shanghai (老年综合津贴) by age, yuan a month."""
MINIMUM_INCOME = "1595"
BANKS = (
    "上海农商银行崇明支行",
    "上海农商银行城桥支行",
    "中国邮政储蓄银行崇明区支行",
    "中国工商银行崇明支行",
    "中国农业银行崇明支行",
)
CHRONIC = (
    "高血压",
    "高血压、糖尿病",
    "冠心病",
    "糖尿病",
    "慢性支气管炎",
    "高血压、冠心病",
    "脑梗死后遗症",
    "类风湿关节炎",
)
JOBS = (
    ("超市收银员", "城桥镇便民超市"),
    ("公交驾驶员", "崇明公共交通公司"),
    ("护士", "区医疗中心"),
    ("教师", "区实验小学"),
    ("造船工人", "长兴造船基地"),
    ("保洁员", "城桥镇环卫所"),
    ("个体经营", "城桥镇农贸市场"),
    ("种植户", "蔬菜专业合作社"),
    ("公司职员", "崇明工业园区"),
    ("厨师", "城桥镇餐饮店"),
)
SCHOOLS = (("区实验小学", 6, 12), ("东门中学", 12, 15), ("崇明中学", 15, 18), ("城桥镇幼儿园", 3, 6))
DOCTORS = ("施医生", "黄医生", "陈医生", "沈医生", "倪医生")


@dataclass(slots=True)
class Life:
    """Where a person stands. alone, elders_only: of those who live behind the same door."""

    age: int
    sex: str
    birth_date: date
    marital_status: str
    local: bool
    alone: bool
    elders_only: bool


def fill_life(rng: Random, life: Life, values: Values) -> None:
    """All that follows from age, sex and company."""
    _schooling(rng, life, values)
    _work(rng, life, values)
    _insurance(rng, life, values)
    _party_and_service(rng, life, values)
    _health(rng, life, values)
    _old_age(rng, life, values)
    _hardship(rng, life, values)


def past_day(rng: Random, youngest: int, oldest: int) -> str:
    """ISO date between `youngest` and `oldest` days before the reference day."""
    return (REFERENCE_DAY - timedelta(days=rng.randint(youngest, oldest))).isoformat()


def _schooling(rng: Random, life: Life, values: Values) -> None:
    born = life.birth_date.year
    if life.age < SCHOOL_AGE:
        values["person.education"] = "90"
    elif life.age < WORKING_AGE:
        values["person.education"] = (
            "80" if life.age < 12 else "70" if life.age < 15 else "60" if life.age < 18 else "20"
        )
    elif born < 1950:
        values["person.education"] = rng.choices(("90", "81", "71", "61"), weights=(22, 48, 24, 6))[0]
    elif born < 1970:
        values["person.education"] = rng.choices(("81", "71", "61", "41", "31"), weights=(18, 50, 20, 6, 6))[0]
    else:
        values["person.education"] = rng.choices(("71", "61", "41", "31", "21", "14"), weights=(22, 16, 12, 22, 25, 3))[
            0
        ]
    for school, first, last in SCHOOLS:
        if first <= life.age < last:
            values["person.school"] = school
            values["person.grade"] = (
                f"{'小中大'[life.age - first]}班" if first == 3 else f"{'一二三四五六'[life.age - first]}年级"
            )


def _work(rng: Random, life: Life, values: Values) -> None:
    retired_at = 60 if life.sex == MALE else 55
    if life.age < 16:
        return
    if life.age < WORKING_AGE:
        values["person.employment_status"] = "04"
    elif life.age >= retired_at:
        values["person.employment_status"] = "03"
    elif rng.random() < 0.06:
        values["person.employment_status"] = "02"
        values["person.registered_unemployed"] = rng.random() < 0.7
    else:
        values["person.employment_status"] = "01"
        values["person.occupation"], values["person.workplace"] = rng.choice(JOBS)


def _insurance(rng: Random, life: Life, values: Values) -> None:
    employee = values.get("person.employment_status") == "01" or (life.age >= 55 and rng.random() < 0.55)
    uncovered = rng.random() < 0.02
    values["person.medical_insurance_type"] = "09" if uncovered else "01" if employee else "02"
    values["person.medical_insurance_paid"] = not uncovered
    if life.age >= 16 and values.get("person.employment_status") != "04":
        values["person.pension_insurance_type"] = (
            "03" if employee and rng.random() < 0.1 else "01" if employee else "02"
        )


def _party_and_service(rng: Random, life: Life, values: Values) -> None:
    member = life.age >= 24 and rng.random() < 0.09
    youth = 14 <= life.age < 28 and rng.random() < 0.4
    values["person.political_status"] = "01" if member else "03" if youth else "13"
    values["person.is_party_member"] = member
    if member:
        joined = life.birth_date.year + rng.randint(20, max(20, min(45, life.age - 2)))
        values["person.party_join_date"] = f"{joined}-07-01"
        values["person.party_regular_date"] = f"{joined + 1}-07-01"
    served = life.sex == MALE and life.age >= 22 and rng.random() < 0.06
    values["person.is_veteran"] = served
    if served:
        values["person.enlist_date"] = f"{life.birth_date.year + 18}-12-01"
        values["person.discharge_date"] = f"{life.birth_date.year + 18 + rng.choice((2, 3, 4))}-12-01"


def _health(rng: Random, life: Life, values: Values) -> None:
    ill = rng.random() < (0.62 if life.age >= 75 else 0.42 if life.age >= OLD_AGE else 0.08 if life.age >= 35 else 0.01)
    values["person.health_status"] = "30" if ill else "20" if life.age >= 70 and rng.random() < 0.4 else "10"
    if ill:
        values["person.chronic_disease"] = rng.choice(CHRONIC)
    values["person.blood_type"] = rng.choices(("A", "B", "O", "AB", "unknown"), weights=(28, 24, 27, 8, 13))[0]
    values["person.family_doctor"] = rng.choice(DOCTORS)
    disabled = rng.random() < (0.09 if life.age >= OLD_AGE else 0.03)
    values["person.is_disabled"] = disabled
    if disabled:
        values["person.disability_category"] = rng.choices("1234567", weights=(14, 16, 2, 46, 8, 11, 3))[0]
        values["person.disability_level"] = rng.choices("1234", weights=(13, 23, 30, 34))[0]


def _old_age(rng: Random, life: Life, values: Values) -> None:
    old = life.age >= OLD_AGE
    values["person.is_elderly_alone"] = old and life.alone
    values["person.is_empty_nest"] = old and life.elders_only
    if not old:
        return
    frail = 0 if life.age < 70 else 1 if life.age < 80 else 2 if life.age < 90 else 3
    weights = ((93, 4, 2, 1, 0), (84, 9, 4, 2, 1), (60, 20, 10, 6, 4), (32, 26, 18, 14, 10))[frail]
    values["person.self_care_ability"] = rng.choices("01234", weights=weights)[0]
    standard = next((yuan for age, yuan in ALLOWANCES if life.age >= age), None)
    if standard and life.local:
        values["person.elderly_allowance_standard"] = standard
    if life.alone or life.age >= 80:
        values["person.care_frequency"] = "每周两次" if life.alone else "每月一次"
        values["person.last_visit_date"] = past_day(rng, 1, 45 if life.alone else 120)


def _hardship(rng: Random, life: Life, values: Values) -> None:
    poor = life.local and rng.random() < (0.045 if values["person.is_disabled"] else 0.012)
    values["person.is_low_income"] = poor
    if poor:
        values["person.low_income_category"] = "01"
        values["person.low_income_amount"] = MINIMUM_INCOME
    elif (
        life.local
        and life.age >= OLD_AGE
        and life.alone
        and life.marital_status not in (MARRIED, WIDOWED)
        and rng.random() < 0.2
    ):
        values["person.low_income_category"] = "03"
        values["person.support_mode"] = "02" if rng.random() < 0.8 else "01"
    if life.age < 18 and rng.random() < 0.01:
        values["person.is_left_behind"] = True
        values["person.left_behind_type"] = "01"
