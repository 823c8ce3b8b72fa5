"""An example of each operation of the API, by its operation id: what is sent, what comes back. Nobody in them exists.

`portal.api.describing` writes them into the schema; a test holds each against the shape that the schema tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.errors import Conflict, DomainError
from portal.busy import Busy


@dataclass(frozen=True, slots=True)
class Example:
    """sent: body of the request, None where there is none. answer: of the first status that succeeds.

    asked: filter -> value. `after` is the `next` of the page before, `limit` tells its default: they have none.
    """

    answer: Any
    sent: Any = None
    asked: Mapping[str, Any] = field(default_factory=dict)


_VERSION = {
    "id": 31,
    "number": 2,
    "state": "admitted",
    "filing_number": "崇表2026-0007",
    "valid_until": "2027-11-30",
    "created_at": "2026-11-10T09:20:00+08:00",
    "decided_at": "2026-11-17T14:05:00+08:00",
}
_FORM = {
    "id": 12,
    "name": "高龄津贴发放花名册",
    "department": "区民政局",
    "created_at": "2026-03-02T10:00:00+08:00",
    "versions": [_VERSION],
}
_COLUMNS = [
    {"letter": "B", "header": "姓名", "item": "person.name", "type": "text", "level": 3, "required": True},
    {"letter": "H", "header": "联系电话", "item": "person.phone", "type": "phone", "level": 3, "required": False},
]
_MEASURE = {"letter": "F", "header": "津贴金额"}
_DISPATCH = {
    "id": 88,
    "form": 12,
    "version": 2,
    "period": "2026年11月",
    "reporting_date": "2026-11-30",
    "due_at": "2026-12-05T18:00:00+08:00",
    "created_at": "2026-11-28T08:30:00+08:00",
    "closed_at": None,
}
_EXPORT = {
    "id": 7,
    "dispatch": 88,
    "state": "done",
    "percent": 100,
    "message": "",
    "filename": "高龄津贴发放花名册 2026年11月.xlsx",
    "expires_at": "2026-12-04T10:15:00+08:00",
}
_REPORT = {
    "id": 5,
    "form": "高龄津贴发放花名册",
    "department": "区民政局",
    "period": "2026年11月",
    "due_at": "2026-12-05T18:00:00+08:00",
    "state": "filling",
    "area": "310151101001",
}
_SAVED_CELL = {"id": 1207, "letter": "H", "text": "139****2210", "state": "changed", "n": 1}
_SAVED = {"saved": [_SAVED_CELL], "refused": [], "conflicts": []}
_CELL = {
    "id": 1207,
    "letter": "H",
    "header": "联系电话",
    "subject": "陈*英",
    "item": "联系电话",
    "level": 3,
    "steward": "区民政局",
    "masked": True,
    "editable": True,
    "needed": False,
    "reason": "",
    "text": "139****2210",
    "state": "changed",
    "n": 1,
    "confirmed": False,
    "origin": "本次填写",
    "at_dispatch": "",
    "comment": None,
    "offers": [{"id": 3, "text": "139****2207", "origin": "区卫健委 2026-10-01"}],
    "history": [{"at": "2026-11-27T09:30:00+08:00", "by": "南门居委会", "before": "", "after": "139****2210"}],
    "until": None,
}
_TAG = {
    "id": 4,
    "code": "T0004",
    "name": "独居老人",
    "kind": "dynamic",
    "subject": "person",
    "level": 3,
    "meaning": "60 周岁以上,户内只有一人",
    "purpose": "走访和应急联络",
    "synonyms": ["独居"],
    "standard_code": "",
    "group": "老年人",
    "owner": "区民政局",
    "area": "310151000000",
    "version": 1,
    "valid_until": None,
    "changed_at": "2026-11-01T09:00:00+08:00",
}
_DEFINITION = {
    "name": "高龄独居老人",
    "kind": "dynamic",
    "meaning": "满 80 周岁的独居老人",
    "purpose": "按月上门探访",
    "condition": {"all": [{"item": "person.age", "op": ">=", "value": 80}, {"tag": "T0004"}]},
    "recheck_days": 90,
}
_PROPOSAL = {
    "id": 31,
    "step": "add",
    "state": "submitted",
    "name": "高龄独居老人",
    "level": 2,
    "tag": None,
    "due_on": "2026-12-04",
    "submitted_at": "2026-11-27T10:20:00+08:00",
    "decided_at": None,
    "note": "",
}
_TODO = {
    "title": "核对本月探访计划",
    "area": "310151101001",
    "role": "community_worker",
    "path": "/plans/202611",
    "due_on": "2026-11-30",
}
_TODO_KEPT = {
    "reference": "plan-202611",
    **_TODO,
    "state": "open",
    "created_at": "2026-11-20T09:00:00+08:00",
    "closed_at": None,
}
_SYSTEM = {
    "id": 3,
    "name": "养老服务平台",
    "state": "admitted",
    "filing_number": "崇系2026-0003",
    "valid_until": "2027-11-30",
}
_EVENT = {
    "specversion": "1.0",
    "id": "20261122-0001",
    "source": "/canlian/subsidies",
    "type": "dataset.changed",
    "time": "2026-11-22T10:00:00+08:00",
}
_TOWN = {
    "area": "310151101000",
    "name": "城桥镇",
    "reports": 12,
    "handed": 9,
    "accepted": 8,
    "subjects": "640",
    "sums": ["96000"],
    "values": [],
}
_TOTALS = {
    "area": "310151000000",
    "level": "town",
    "summed": [_MEASURE],
    "column": None,
    "values": [],
    "rows": [_TOWN],
    "total": _TOWN | {"area": "310151000000", "name": "崇明区"},
}
_ANSWERS = {
    "columns": [{"letter": "B", "header": "姓名"}, {"letter": "H", "header": "联系电话"}],
    "rows": [{"area": "310151101001", "id": 1207, "cells": ["陈秀英", "139****2210"]}],
    "next": "5-40-1207",
}
_PROGRESS = {
    "report": 5,
    "area": "310151101001",
    "name": "南门居委会",
    "progress": "filling",
    "late": False,
    "submitted_at": None,
}
_ROW = {
    "id": 1207,
    "position": 40,
    "state": "listed",
    "reason": "",
    "texts": ["陈秀英", "139****2210"],
    "states": "ke",
    "counts": {"H": 1},
    "fresh": [],
}
_SUMMARY = {
    "rows": 52,
    "known_percent": 91,
    "missing": 4,
    "confirm": 3,
    "conflict": 1,
    "changed": 2,
    "returned": 0,
}
_SEEN = {"id": 1207, "letter": "H", "seen": 1}

EXAMPLES: dict[str, Example] = {
    "forms": Example(
        {"items": [_FORM], "next": 12},
        asked={"state": "admitted", "department": "区民政局", "changed_since": "2026-11-01"},
    ),
    "form": Example(_FORM | {"columns": _COLUMNS}),
    "form_dispatches": Example(
        {"items": [_DISPATCH], "next": None},
        asked={
            "closed": False,
            "period": "2026年11月",
            "reporting_from": "2026-01-01",
            "reporting_until": "2026-12-31",
            "changed_since": "2026-11-01",
        },
    ),
    "dispatch": Example(_DISPATCH),
    "dispatch_progress": Example({"items": [_PROGRESS], "next": "310151101001"}),
    "dispatch_totals": Example(_TOTALS, asked={"area": "310151000000", "column": "E", "unreviewed": True}),
    "dispatch_rows": Example(_ANSWERS),
    "dispatch_exports": Example({"items": [_EXPORT], "next": None}, asked={"state": "done"}),
    "dispatch_export_start": Example(
        _EXPORT | {"state": "waiting", "percent": 0, "filename": ""}, sent={"format": "xlsx", "unreviewed": False}
    ),
    "export": Example(_EXPORT),
    "reports": Example({"items": [_REPORT], "next": 5}, asked={"state": "filling"}),
    "report": Example(_REPORT | {"columns": _COLUMNS}),
    "report_rows": Example({"rows": [_ROW], "next": "40-1207"}),
    "report_summary": Example(_SUMMARY),
    "report_cell": Example(_CELL),
    "report_unmask": Example(
        _CELL | {"text": "13900002210", "until": "2026-11-27T09:40:00+08:00"}, sent={"reason": "入户核实联系电话"}
    ),
    "report_cells": Example(_SAVED, sent={"edits": [{"id": 1207, "letter": "H", "raw": "13900002210", "seen": 0}]}),
    "report_confirm": Example([_SAVED_CELL], sent={"cells": [{"id": 1207, "letter": "H"}]}),
    "report_undo": Example(_SAVED_CELL | {"text": "", "state": "missing", "n": 2}, sent=_SEEN),
    "report_adopt": Example(_SAVED, sent=_SEEN | {"offer": 3}),
    "tags": Example({"items": [_TAG], "next": 4}, asked={"kind": "dynamic", "subject": "person"}),
    "tag_assignments": Example(
        {"items": [{"id": 1207, "tags": ["T0001", "T0004"]}], "next": 1207}, asked={"subject": "person"}
    ),
    "tag_propose": Example(_PROPOSAL, sent={"definition": _DEFINITION, "reason": "探访对象全区统一口径"}),
    "tag_proposal": Example(
        _PROPOSAL | {"state": "approved", "tag": "T0012", "decided_at": "2026-11-30T15:05:00+08:00"}
    ),
    "systems": Example({"items": [_SYSTEM], "next": None}, asked={"state": "admitted"}),
    "system_todos": Example({"items": [_TODO_KEPT], "next": None}, asked={"state": "open"}),
    "system_todo": Example(_TODO_KEPT),
    "system_todo_put": Example(_TODO_KEPT, sent=_TODO),
    "system_todo_close": Example(
        _TODO_KEPT | {"state": "done", "closed_at": "2026-11-28T16:20:00+08:00"}, sent={"outcome": "done"}
    ),
    "dataset_event": Example({"id": "20261122-0001"}, sent=_EVENT),
}
OTHER_REFUSALS = {
    409: (Conflict.code, Conflict.default),
    422: (DomainError.code, DomainError.default),
    503: (Busy.code, "现在使用的人太多,系统一时忙不过来,您这一步还没有处理。请过 5 秒再试一次。"),
}
"""Status -> code and sentence of refusals that are the portal's own, not REST framework's."""
