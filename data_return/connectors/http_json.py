"""HTTP with JSON: pages by number, by offset or by the source's own cursor."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator

from data_return.channels.answers import Answer
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.web import WebKind
from data_return.connectors.kinds import AsksForm, At, Page, Seen, SourceKind, Wanted
from data_return.connectors.shaping import as_count, behind, pick, rows_at, to_columns

NUMBER, OFFSET, CURSOR, NONE = "number", "offset", "cursor", "none"
_word = RegexValidator(r"^[A-Za-z0-9_.\-\[\]]+$", "只能用字母、数字和 _ . - [ ]。")


class HttpJsonForm(AsksForm):
    PAGING = ((NUMBER, "按页码"), (OFFSET, "按起始条数"), (CURSOR, "按对方给的翻页标记"), (NONE, "不分页"))

    path = forms.CharField(label="接口", max_length=200, help_text="接在接口地址之后的部分,如 /allowance/list。")
    rows = forms.CharField(
        label="数据列表的位置", max_length=100, required=False, help_text="如 data.rows;返回的就是列表时不填。"
    )
    total = forms.CharField(
        label="总数的位置", max_length=100, required=False, help_text="如 data.total,或响应头 X-Total-Count。可不填。"
    )
    paging = forms.ChoiceField(label="分页方式", choices=PAGING)
    page_name = forms.CharField(
        label="页码、起始条数或翻页标记的参数名", max_length=50, required=False, validators=[_word]
    )
    size_name = forms.CharField(label="每页条数的参数名", max_length=50, required=False, validators=[_word])
    first = forms.IntegerField(label="第一页的页码", min_value=0, max_value=1, required=False, initial=1)
    cursor = forms.CharField(
        label="下一页标记的位置", max_length=100, required=False, help_text="按翻页标记时填写,如 data.next。"
    )
    since_name = forms.CharField(
        label="“更新时间不早于”的参数名",
        max_length=50,
        required=False,
        validators=[_word],
        help_text="对方支持按更新时间查询时填写,只取有变化的数据;不填则每次全部读取。",
    )
    more = forms.CharField(
        label="固定的参数",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="一行一个,如 sort=updated_at,id。按更新时间查询时,须让对方按更新时间和编号从早到晚排列。",
    )

    NEEDED: ClassVar[Mapping[str, tuple[str, ...]]] = {
        NUMBER: ("page_name", "size_name"),
        OFFSET: ("page_name", "size_name"),
        CURSOR: ("page_name", "cursor"),
    }

    def clean(self) -> dict[str, Any]:
        super().clean()
        paging = self.cleaned_data.get("paging")
        needed = {
            NUMBER: ("page_name", "size_name"),
            OFFSET: ("page_name", "size_name"),
            CURSOR: ("page_name", "cursor"),
        }
        for name in needed.get(str(paging), ()):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "请填写这一项。")
        if self.cleaned_data.get("since_name") and paging not in (NUMBER, OFFSET):
            self.add_error("paging", "按更新时间查询时,请选择按页码或按起始条数分页。")
        return self.cleaned_data


class HttpJson(SourceKind):
    code = "http_json"
    label = "HTTP 接口(JSON)"
    channels: ClassVar[frozenset[str]] = frozenset({WebKind.code})
    form = HttpJsonForm

    @classmethod
    def knows_changes(cls, asks: Mapping[str, Any]) -> bool:
        return bool(asks["since_name"])

    def read(self, wanted: Wanted, at: At) -> Page:
        asks, channel = self.asks, self.channel
        answer: Answer = channel.ask("GET", asks["path"], params=_params(asks, wanted, at)).check()
        body = answer.json()
        rows, seen = rows_at(asks["rows"], body), Seen(at.get("seen", ()))
        digest = hashlib.sha256(answer.body).hexdigest()
        if rows and digest in seen:
            raise SourceFailed(Fault.PAGE_TWICE)
        total = _total(asks["total"], answer, body)
        if wanted.updated:
            return _changes(rows, wanted, at, seen.with_(digest))
        on = _next_page(asks, wanted, at, len(rows), pick(asks["cursor"], body))
        on = on | {"seen": seen.with_(digest)} if on is not None else None
        return Page(to_columns(rows), len(rows), on, total=total, whole=True)


def _total(where: str, answer: Answer, body: Any) -> int | None:
    if not where:
        return None
    return as_count(answer.headers[where] if where in answer.headers else pick(where, body))


def _changes(rows: list[dict[str, Any]], wanted: Wanted, at: At, seen: list[str]) -> Page:
    """From the last new row on, and not to the next page of the same question: what changes over there meanwhile moves
    to the end, and would move a row that was not read yet to a page that was."""
    new = behind(rows, wanted.updated, wanted.key, wanted.since)
    mark = (new[-1][wanted.updated], new[-1][wanted.key]) if new else None
    on: At | None = None
    if len(rows) >= wanted.size:
        on = {} if new else {"page": at.get("page", 0) + 1, "seen": seen}
    return Page(to_columns(new), len(new), on, mark)


def _params(asks: Mapping[str, Any], wanted: Wanted, at: At) -> dict[str, str]:
    lines = (line.partition("=") for line in asks["more"].splitlines())
    params = {name.strip(): value.strip() for name, _, value in lines if name.strip()}
    if wanted.updated and wanted.since is not None:
        params[asks["since_name"]] = str(wanted.since[0])
    page = at.get("page", 0)
    if asks["paging"] == NUMBER:
        params[asks["page_name"]] = str(page + (asks["first"] or 0))
    elif asks["paging"] == OFFSET:
        params[asks["page_name"]] = str(page * wanted.size)
    elif asks["paging"] == CURSOR and at.get("cursor") is not None:
        params[asks["page_name"]] = str(at["cursor"])
    if asks["size_name"]:
        params[asks["size_name"]] = str(wanted.size)
    return params


def _next_page(asks: Mapping[str, Any], wanted: Wanted, at: At, read: int, cursor: Any) -> dict[str, Any] | None:
    if asks["paging"] == CURSOR:
        return _next_cursor(at, cursor)
    if asks["paging"] == NONE or read < wanted.size:
        return None
    return {"page": at.get("page", 0) + 1}


def _next_cursor(at: At, cursor: Any) -> dict[str, Any] | None:
    """Raises SourceFailed(CURSOR_LOOP) where it leads back to a page that was read."""
    if cursor in (None, "", False):
        return None
    text, before = json.dumps(cursor, default=str), Seen(at.get("cursors", ()))
    if text in before:
        raise SourceFailed(Fault.CURSOR_LOOP)
    return {"cursor": str(cursor), "cursors": before.with_(text)}
