"""Optional parts of the portal (功能): which rights belong to each. Of a part that is switched off nobody holds any.

Approvals, audit, login, masks, rights, backup and the complaint channel are not among them: see docs/decisions/0042.
"""

from collections.abc import Iterable, Mapping

from django.db.models import TextChoices

from accounts import rights


class Feature(TextChoices):
    DIRECTORY = "directory", "应用目录和单点登录"
    SYSTEM_TODOS = "system_todos", "业务系统待办"
    EVENTS = "events", "事件与走访"
    NOTICES = "notices", "通知和操作指南"
    MONITORING = "monitoring", "监测点"
    IMPORTS = "imports", "从 Excel 导入居民"
    SAVED_LISTS = "saved_lists", "保存的名单"


FEATURE_RIGHTS: Mapping[str, frozenset[str]] = {
    Feature.DIRECTORY: frozenset({rights.ENTER_SYSTEMS}),
    Feature.SYSTEM_TODOS: frozenset({rights.SEND_TODOS, rights.RECEIVE_TODOS}),
    Feature.EVENTS: frozenset({rights.VIEW_EVENTS, rights.REPORT_EVENTS, rights.HANDLE_EVENTS}),
    Feature.NOTICES: frozenset({rights.READ_NOTICES, rights.SEND_NOTICES, rights.DECIDE_NOTICES, rights.KEEP_GUIDES}),
    Feature.MONITORING: frozenset({rights.CHOOSE_POINTS, rights.REPORT_OUTSIDE, rights.SEE_OUTSIDE}),
    Feature.IMPORTS: frozenset({rights.IMPORT_RESIDENTS}),
    Feature.SAVED_LISTS: frozenset({rights.SAVE_LISTS}),
}

WITHOUT: Mapping[str, str] = {
    Feature.DIRECTORY: "不能再从本平台进入部门系统,用本平台登录的系统也进不去;已经进去的不会被退出。",
    Feature.SYSTEM_TODOS: "部门系统不能再发待办,已发的不再显示;恢复以后照原样显示。",
    Feature.EVENTS: "不能上报、受理、查看事件,居民页上也不再列出;没办完的事件停在原处。",
    Feature.NOTICES: "不能发、审、读通知,不能打开操作指南;没发完的通知停在原处。",
    Feature.MONITORING: "监测点不能上报,减负账和月报不再写平台外的任务。",
    Feature.IMPORTS: "不能再上传和写入 Excel;正在写入的一批会写完。",
    Feature.SAVED_LISTS: "不能保存和打开名单;居民列表照常筛选。",
}
"""What people can no longer do, for the page that switches."""


def rights_of(features: Iterable[str]) -> frozenset[str]:
    """Every right that belongs to one of the features; of a code that no longer exists, none."""
    return frozenset[str]().union(*(FEATURE_RIGHTS.get(code, frozenset()) for code in features))
