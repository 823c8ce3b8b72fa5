"""Navigation by work: what each post may open, in the order of a working day."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from accounts import rights
from accounts.actors import Actor
from accounts.rights import holds


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. family: beginnings of the names of its views.

    todo: kinds that its badge counts, with blanks between.
    """

    label: str
    url_name: str
    right: str
    family: tuple[str, ...]
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as shown to one post. on: the page open now belongs to it."""

    label: str
    url: str
    on: bool
    count: int = 0


FILLING = ("list", "fill", "row", "next", "subjects", "add", "remove", "restore", "submit", "copy")
ENTRIES = (
    Entry("待办", "portal:home", rights.WORK, ("portal:home", "portal:todo_"), "all"),
    Entry("应用目录", "portal:directory", rights.ENTER_SYSTEMS, ("portal:directory",)),
    Entry(
        "填报",
        "forms_engine:report_list",
        rights.FILL_REPORTS,
        tuple(f"forms_engine:report_{page}" for page in FILLING),
        "reports",
    ),
    Entry(
        "审核",
        "forms_engine:review_list",
        rights.REVIEW_REPORTS,
        ("forms_engine:review_", "forms_engine:report_review"),
        "reviews",
    ),
    Entry("表单准入", "forms_engine:admission_list", rights.ADMIT_FORMS, ("forms_engine:admission_",), "admissions"),
    Entry(
        "表单设计",
        "forms_engine:template_list",
        rights.DESIGN_FORMS,
        ("forms_engine:template_", "forms_engine:dispatch_"),
        "forms",
    ),
    Entry("联审意见", "forms_engine:opinion_list", rights.GIVE_OPINIONS, ("forms_engine:opinion_",), "opinions"),
    Entry(
        "居民与房屋",
        "registry:person_list",
        rights.VIEW_RESIDENTS,
        ("registry:person_", "registry:household_", "registry:dwelling_", "registry:organization_", "registry:import_"),
    ),
    Entry("事件与走访", "registry:event_list", rights.VIEW_EVENTS, ("registry:event_",), "events"),
    Entry(
        "回流数据",
        "data_return:dataset_list",
        rights.VIEW_DATASETS,
        ("data_return:dataset_", "data_return:record_"),
        "datasets",
    ),
    Entry("校核", "data_return:correction_list", rights.READ_CORRECTIONS, ("data_return:correction_",), "corrections"),
    Entry(
        "校核时限",
        "data_return:correction_clocks",
        rights.WATCH_CORRECTIONS,
        ("data_return:correction_",),
        "corrections",
    ),
    Entry(
        "数据对接",
        "data_return:connector_list",
        rights.CONNECT_SYSTEMS,
        ("data_return:connector",),
        "pulls",
    ),
    Entry(
        "推送",
        "data_return:push_target_list",
        rights.VIEW_PUSH,
        ("data_return:push_", "data_return:channel_"),
        "pushes",
    ),
    Entry(
        "系统准入",
        "portal:system_list",
        rights.VIEW_SYSTEMS,
        ("portal:system_",),
        "systems own_systems system_opinions letters",
    ),
    Entry(
        "数据授权",
        "data_return:grant_list",
        rights.VIEW_DATASETS,
        ("data_return:grant_", "data_return:request_", "data_return:why"),
        "grants ending_grants",
    ),
    Entry("标签", "tagging:tag_list", rights.VIEW_TAGS, ("tagging:",), "tags"),
    Entry("减负账", "portal:burden", rights.SEE_BURDEN, ("portal:burden",)),
    Entry("返还账", "portal:returns", rights.SEE_RETURNS, ("portal:returns",)),
    Entry(
        "通知",
        "portal:notice_list",
        rights.READ_NOTICES,
        ("portal:notice_", "portal:guide_"),
        "notices sent_notices",
    ),
    Entry("监督举报", "portal:complaint_list", rights.FILE_COMPLAINTS, ("portal:complaint_",), "complaints"),
    Entry("纪检转办", "portal:inquiry_list", rights.ANSWER_COMPLAINTS, ("portal:inquiry_",), "inquiries"),
    Entry("举报受理", "portal:discipline_list", rights.HANDLE_COMPLAINTS, ("portal:discipline_",), "discipline"),
    Entry("数据项目录", "registry:item_list", rights.VIEW_CATALOGUE, ("registry:item_",)),
    Entry(
        "组织与人员",
        "accounts:people",
        rights.VIEW_PEOPLE,
        ("accounts:people", "accounts:person", "accounts:post_", "accounts:grid"),
    ),
    Entry("查看完整信息记录", "accounts:sight_log", rights.WATCH_UNMASKING, ("accounts:sight_",), "emergencies"),
    Entry("审计", "portal:audit_list", rights.READ_AUDIT, ("portal:audit_",)),
    Entry("API 客户端", "accounts:clients", rights.SEE_CLIENTS, ("accounts:client",)),
    Entry("单点登录", "portal:entrance_list", rights.SEE_ENTRANCES, ("portal:entrance_",)),
    Entry("接口文档", "api_docs", rights.USE_API_DOCS, ("api_docs",)),
    Entry("运行状态", "portal:status", rights.OPERATE, ("portal:status",)),
    Entry("功能设置", "portal:feature_list", rights.SWITCH_FEATURES, ("portal:feature_",)),
)


def links_for(actor: Actor, view_name: str, counts: Mapping[str, int]) -> list[Link]:
    """The menu of a post. counts: see `portal.selectors.count_todo`. An entry without a page is not shown."""
    return [
        Link(entry.label, url, view_name.startswith(entry.family), _count(counts, entry))
        for entry in ENTRIES
        if holds(actor, entry.right) and (url := url_of(entry.url_name))
    ]


def _count(counts: Mapping[str, int], entry: Entry) -> int:
    return sum(counts.get(kind, 0) for kind in entry.todo.split())


def url_of(name: str, *args: object) -> str:
    """Address of a page; "" where it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
