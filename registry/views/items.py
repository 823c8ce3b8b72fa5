"""The data item catalogue (数据项目录)."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import access
from accounts.rights import VIEW_CATALOGUE
from registry.catalogue import get_catalogue
from registry.models import Entity
from registry.selectors.items import ItemFilter, get_code_list, list_items

MASKS = {"none": "不遮盖", "name": "只留姓", "year": "只留年份", "address": "只留到路名", "hidden": "全部遮盖"}

FORMATS = {
    "YYYY-MM-DD": "年-月-日",
    "mobile or landline": "手机或固定电话",
    "CNY": "元",
    "CNY per month": "元/月",
    "CNY per year": "元/年",
    "square metres": "平方米",
    "mu": "亩",
    "hours": "小时",
    "year": "年份",
    "20 digits": "20 位数字",
    "A/B/O/AB/unknown": "A/B/O/AB/不详",
    "name of the area at this level": "本级区划名称",
    "name of the grid": "网格名称",
    "name of the microgrid": "微网格名称",
    "name of the grid worker in charge": "负责网格员姓名",
    "derived: members with registered residence here": "户口在这里的成员数",
    "derived: members living here": "住在这里的成员数",
    "GB/T 31000 inflow reason": "GB/T 31000 流入原因",
    "GB/T 31000 event category": "GB/T 31000 事件类别",
    "GB/T 31000 certificate type": "GB/T 31000 证件种类",
}
"""The catalogue's own words for formats; what is not here is a standard's number or a list, which read as they are."""


class ItemForm(forms.Form):
    q = forms.CharField(label="查找", required=False, max_length=60)
    entity = forms.ChoiceField(label="对象", required=False, choices=[("", "全部"), *Entity.choices])
    level = forms.TypedChoiceField(
        label="分级",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "全部"), *((str(level), f"{level} 级") for level in range(1, 5))],
    )


@access(VIEW_CATALOGUE)
@require_GET
def item_list(request: HttpRequest) -> HttpResponse:
    form = ItemForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    items = list_items(ItemFilter(given.get("q", ""), given.get("entity", ""), given.get("level")))
    context = {"filters": form, "items": [(item, mask_words(item.mask)) for item in items], "total": len(items)}
    return render(request, "registry/item_list.html", context)


@access(VIEW_CATALOGUE)
@require_GET
def item_detail(request: HttpRequest, code: str) -> HttpResponse:
    item = get_catalogue().item(code)
    title, codes = get_code_list(item)
    context = {"item": item, "mask": mask_words(item.mask), "format": format_words(item.format)}
    context |= {"code_list": title, "codes": codes}
    return render(request, "registry/item_detail.html", context)


def format_words(shape: str) -> str:
    """The format of an item as people read it: len<=50 is 不超过 50 个字."""
    if shape.startswith("len<="):
        return f"不超过 {shape.removeprefix('len<=')} 个字"
    return FORMATS.get(shape, shape)


def mask_words(rule: str) -> str:
    """A mask rule as people read it: keep:6,4 is 留前 6 位、后 4 位."""
    if rule.startswith("keep:"):
        first, last = rule.removeprefix("keep:").split(",")
        return f"留前 {first} 位、后 {last} 位" if first != "0" else f"只留后 {last} 位"
    return MASKS.get(rule, "全部遮盖")
