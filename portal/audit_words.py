"""Words of the audit log for people: objects, details, signs. The actions are in `portal.templatetags.audit_words`."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from accounts.models import AuditEntry
from accounts.roles import Role

DETAILS = {
    "by": "按",
    "kind": "类型",
    "moved": "改了地址",
    "secrets": "换了密钥",
    "columns": "列数",
    "fields": "设置项",
    "communities": "村居数",
    "filing_number": "备案号",
    "page": "页面",
    "rows": "行数",
    "lines": "条数",
    "total": "名单共有",
    "items": "数据项",
    "cells": "格数",
    "count": "数量",
    "file": "文件摘要(SM3)",
    "bytes": "文件大小(字节)",
    "view": "页面代号",
    "method": "方式",
    "code": "原因代号",
    "limit": "限量",
    "reason": "原因",
    "feature": "功能代号",
    "since": "从",
    "until": "到",
    "day": "日期",
    "period": "期间",
    "department": "部门号",
    "on": "生效日期",
    "problems": "不符之处",
    "before": "之前",
    "seal": "封存号",
    "post": "岗位号",
    "dispatch": "下发号",
    "dataset": "数据集号",
    "load": "数据文件号",
    "grant": "授权号",
    "areas": "区域代码",
    "system": "系统号",
    "filing": "系统申请号",
    "departments": "部门号",
    "version": "版本号",
    "export": "导出号",
    "subject": "对象号",
    "pack": "复制录入号",
    "target": "接收系统号",
    "tries": "发送次数",
    "letter": "列",
    "letters": "列",
    "reports": "报表数",
    "people": "涉及人数",
    "photos": "照片数",
    "differences": "差异数",
    "changed": "改动数",
    "new": "新增数",
    "refused": "被拒行数",
    "unmasked": "看到的完整数据项",
    "emergency": "应急查看",
    "unreviewed": "含未审核",
    "file_format": "格式",
    "household": "家庭户号",
    "dwelling": "房屋号",
    "found": "找到",
    "pk": "编号",
    "event": "事件号",
    "area": "区划",
    "to": "改到",
    "proof": "凭据",
    "outcome": "结果",
}
SIGNS = {
    "refusals": "一天内多次被拒绝",
    "unmaskings": "一天内多次查看完整信息",
    "night_exports": "夜间(22 点至 6 点)导出",
    "many_residents": "一天内看到的居民特别多(人次)",
}


def object_name(kind: str) -> str:
    """Chinese name of a kind of object, such as `registry.person`; the code itself where there is no such table."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


def detail_lines(entry: AuditEntry) -> Iterator[tuple[str, str]]:
    """(word, text) of each detail that says something."""
    for key, value in entry.details.items():
        if value not in ("", [], {}, None):
            yield DETAILS.get(key, key), _plain(value)


def role_name(role: str) -> str:
    return str(Role(role).label) if role in Role.values else role


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
