"""The inventory of systems (底数清单) as a table: one row a system, everything as text."""

from collections.abc import Iterable

from portal.models import Filing, System

HEADERS = (
    *(
        "系统名称",
        "主管部门",
        "状态",
        "备案号",
        "用途",
        "功能",
        "使用岗位",
        "使用范围",
        "采集的数据项",
        "采集的其他内容",
    ),
    *("建设依据", "建设费用(万元)", "每年运行费用(万元)", "准入日期", "有效期至", "退出日期"),
)


def rows_of(systems: Iterable[System]) -> list[tuple[str, ...]]:
    """Needs `department`, `live` and its items and areas joined."""
    return [(one.name, one.department.name, one.get_state_display(), *_filed(one)) for one in systems]


def _filed(system: System) -> tuple[str, ...]:
    live = system.live
    if live is None:
        return ("",) * (len(HEADERS) - 3)
    return (
        system.filing_number,
        live.summary,
        "、".join(live.function_names),
        "、".join(live.role_names),
        "、".join(area.name for area in live.areas.all()),
        "、".join(item.name for item in live.items.all()),
        live.other_items,
        live.legal_basis,
        *_costs(live),
        _day(system.admitted_on),
        _day(live.valid_until),
        _day(system.retired_on),
    )


def _costs(filing: Filing) -> tuple[str, str]:
    return str(filing.building_cost or 0), str(filing.yearly_cost or 0)


def _day(day: object) -> str:
    return str(day) if day is not None else ""
