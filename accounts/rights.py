"""Rights (权限): the one table that says which role may do what, and the one gate for writes."""

from accounts.actors import Actor
from accounts.codes import contains
from accounts.errors import NotAllowed, NotFound
from accounts.roles import Role

VIEW_RESIDENTS = "registry.view_residents"
SAVE_LISTS = "registry.save_lists"
"""Keep filters of the list of residents under a name (保存的名单)."""
CHANGE_RESIDENTS = "registry.change_residents"
IMPORT_RESIDENTS = "registry.import_residents"
VIEW_CATALOGUE = "registry.view_catalogue"
REPORT_EVENTS = "registry.report_events"
HANDLE_EVENTS = "registry.handle_events"
VIEW_EVENTS = "registry.view_events"
DESIGN_FORMS = "forms_engine.design_forms"
ADMIT_FORMS = "forms_engine.admit_forms"
FILL_REPORTS = "forms_engine.fill_reports"
SUBMIT_REPORTS = "forms_engine.submit_reports"
REVIEW_REPORTS = "forms_engine.review_reports"
COLLECT_REPORTS = "forms_engine.collect_reports"
READ_REPORTS = "forms_engine.read_reports"
OPERATE = "portal.operate"
SWITCH_FEATURES = "portal.switch_features"
"""Switch optional parts of the portal (功能设置) off and on; which rights go with them, `accounts.features` says."""
VIEW_PEOPLE = "accounts.view_people"
MANAGE_PEOPLE = "accounts.manage_people"
MANAGE_GRIDS = "accounts.manage_grids"
READ_AUDIT = "accounts.read_audit"
UNMASK = "registry.unmask"
"""See masked items of one person in full, and open an emergency view of the own area."""
WATCH_UNMASKING = "accounts.watch_unmasking"
GIVE_OPINIONS = "accounts.give_opinions"
"""Answer for the own department in a joint review (联审) of any kind of approval."""
SEE_CLIENTS = "accounts.see_clients"
"""Look at the machines (API 客户端) of the own area, and close one at once."""
MANAGE_CLIENTS = "accounts.manage_clients"
"""Register machines and change their secrets."""
CONFIRM_CLIENTS = "accounts.confirm_clients"
"""The second pair of eyes: a machine that was registered opens when the district confirms it."""
VIEW_DATASETS = "data_return.view_datasets"
"""Look at the catalogue of returned data (回流数据): what departments give back, not the records."""
PUBLISH_DATASETS = "data_return.publish_datasets"
CONNECT_SYSTEMS = "data_return.connect_systems"
"""Set up how the systems of the own department are reached (接入通道), and what comes from them."""
DECIDE_DATASETS = "data_return.decide_datasets"
"""The data authority of the district (数据主管部门): lets a dataset be published, and its records be granted."""
REQUEST_GRANTS = "data_return.request_grants"
"""Apply for the use of returned data (数据授权) for the own community, town, district or department."""
DECIDE_GRANTS = "data_return.decide_grants"
"""The desk of grants, for both sides: the source department and the data authority of the district."""
MARK_RECORDS = "data_return.mark_records"
"""Say of returned records whether they are right (校核); take note of the department's answer, object once."""
READ_CORRECTIONS = "data_return.read_corrections"
ANSWER_CORRECTIONS = "data_return.answer_corrections"
"""Answer for the department that publishes the dataset."""
WATCH_CORRECTIONS = "data_return.watch_corrections"
"""How many corrections are open, answered, overdue, by department: no values, no names."""
COMPARE_AREAS = "data_return.compare_areas"
"""How a returned dataset and the registry agree, counted by village: for those above the villages."""
VIEW_PUSH = "data_return.view_push"
"""See what is pushed to the systems of the own department, and what became of it."""
PUSH_ANSWERS = "data_return.push_answers"
"""Say what goes to which system of the own department: staff of its forms, data officers of its datasets."""
USE_API_DOCS = "portal.use_api_docs"
VIEW_TAGS = "tagging.view_tags"
"""Read the catalogue of tags; who carries a tag is told by the right to see residents."""
PROPOSE_TAGS = "tagging.propose_tags"
DECIDE_TAGS = "tagging.decide_tags"
VIEW_SYSTEMS = "portal.view_systems"
"""Read the inventory of departments' systems (底数清单)."""
APPLY_SYSTEMS = "portal.apply_systems"
"""Apply for the admission, change and end of the own department's systems."""
ADMIT_SYSTEMS = "portal.admit_systems"
VIEW_LETTERS = "portal.view_letters"
"""Letters about systems that are hardly used (提醒函, 督办单): the desk's, and those to the own department."""
SEND_TODOS = "portal.send_todos"
"""Ask villages and towns to do something in a system of the own department (业务系统待办)."""
RECEIVE_TODOS = "portal.receive_todos"
ENTER_SYSTEMS = "portal.enter_systems"
"""Open departments' systems by the portal's login (应用目录); which ones, their admission says."""
SEE_ENTRANCES = "portal.see_entrances"
"""See how systems let people in (单点登录接入), and whether they can be reached."""
CONFIRM_ENTRANCES = "portal.confirm_entrances"
"""The second pair of eyes: what a department described opens when the security administrator confirms it."""
SEE_BURDEN = "portal.see_burden"
"""Look at the burden account (减负账): what departments asked of the own villages, or what the own department asked."""
SEE_RETURNS = "portal.see_returns"
"""Look at the return ledger (返还账): what departments took and gave back; a data officer at the own department's."""
READ_NOTICES = "portal.read_notices"
"""Read notices (通知) for the own post, and the library of guides."""
SEND_NOTICES = "portal.send_notices"
"""Write notices of the own district, town or department."""
DECIDE_NOTICES = "portal.decide_notices"
"""Let notices of departments go out to the villages."""
KEEP_GUIDES = "portal.keep_guides"
REPORT_OUTSIDE = "portal.report_outside"
"""Tell, as a monitoring point (监测点), what reached the own village past the portal."""
SEE_OUTSIDE = "portal.see_outside"
"""Read in the burden account what monitoring points told."""
CHOOSE_POINTS = "portal.choose_points"
FILE_COMPLAINTS = "portal.file_complaints"
"""Report (举报) what burdens the villages, under the own name or without it; read published answers."""
HANDLE_COMPLAINTS = "portal.handle_complaints"
"""The desk of the discipline office (纪检监察): accept, ask, hand over, verify, publish."""
ANSWER_COMPLAINTS = "portal.answer_complaints"
"""Answer for the own department what the discipline office hands over."""
ATTACH_TAGS = "tagging.attach_tags"
"""Attach and remove basic tags by hand, and look at assignments again (复核)."""
WORK = "portal.work"
"""Held by every post: the workbench, one's own account, the own background jobs."""

ROLE_RIGHTS: dict[Role, frozenset[str]] = {
    Role.COMMUNITY_WORKER: frozenset(
        {WORK, VIEW_RESIDENTS, CHANGE_RESIDENTS, IMPORT_RESIDENTS, VIEW_EVENTS, REPORT_EVENTS, HANDLE_EVENTS}
        | {FILL_REPORTS, SUBMIT_REPORTS, READ_REPORTS, UNMASK, VIEW_TAGS, VIEW_DATASETS, REQUEST_GRANTS}
        | {MARK_RECORDS, READ_CORRECTIONS, SEE_BURDEN, PROPOSE_TAGS, ATTACH_TAGS, RECEIVE_TODOS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, READ_NOTICES, REPORT_OUTSIDE, SEE_OUTSIDE, SAVE_LISTS}
    ),
    Role.GRID_WORKER: frozenset(
        {WORK, VIEW_RESIDENTS, CHANGE_RESIDENTS, VIEW_EVENTS, REPORT_EVENTS, FILL_REPORTS, READ_REPORTS, UNMASK}
        | {VIEW_TAGS, ATTACH_TAGS, VIEW_DATASETS, MARK_RECORDS, READ_CORRECTIONS, RECEIVE_TODOS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, READ_NOTICES, SAVE_LISTS}
    ),
    Role.TOWN_ADMIN: frozenset(
        {WORK, VIEW_RESIDENTS, VIEW_EVENTS, HANDLE_EVENTS, REVIEW_REPORTS, READ_REPORTS}
        | {VIEW_PEOPLE, MANAGE_PEOPLE, MANAGE_GRIDS, UNMASK, WATCH_UNMASKING}
        | {VIEW_TAGS, PROPOSE_TAGS, VIEW_DATASETS, REQUEST_GRANTS, READ_CORRECTIONS}
        | {VIEW_SYSTEMS, SEE_BURDEN, RECEIVE_TODOS, COMPARE_AREAS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, READ_NOTICES, SEND_NOTICES, SEE_OUTSIDE, SAVE_LISTS}
    ),
    Role.DISTRICT_ADMIN: frozenset(
        {WORK, VIEW_RESIDENTS, VIEW_EVENTS, ADMIT_FORMS, READ_REPORTS, VIEW_CATALOGUE}
        | {VIEW_PEOPLE, MANAGE_PEOPLE, MANAGE_GRIDS, UNMASK, WATCH_UNMASKING}
        | {SEE_CLIENTS, CONFIRM_CLIENTS, VIEW_TAGS, PROPOSE_TAGS, DECIDE_TAGS}
        | {VIEW_DATASETS, DECIDE_DATASETS, REQUEST_GRANTS, DECIDE_GRANTS, WATCH_CORRECTIONS}
        | {VIEW_SYSTEMS, ADMIT_SYSTEMS, VIEW_LETTERS, SEE_BURDEN, SEE_RETURNS, COMPARE_AREAS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, READ_NOTICES, SEND_NOTICES, DECIDE_NOTICES, KEEP_GUIDES, CHOOSE_POINTS, SEE_OUTSIDE}
        | {SAVE_LISTS}
    ),
    Role.DEPARTMENT_STAFF: frozenset(
        {WORK, DESIGN_FORMS, COLLECT_REPORTS, VIEW_CATALOGUE, GIVE_OPINIONS, USE_API_DOCS}
        | {VIEW_TAGS, PROPOSE_TAGS, VIEW_DATASETS, REQUEST_GRANTS, VIEW_SYSTEMS, APPLY_SYSTEMS, SEE_BURDEN}
        | {VIEW_PUSH, PUSH_ANSWERS, SEND_TODOS, VIEW_LETTERS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, ANSWER_COMPLAINTS, READ_NOTICES, SEND_NOTICES, SEE_OUTSIDE}
    ),
    Role.DATA_OFFICER: frozenset(
        {WORK, VIEW_CATALOGUE, GIVE_OPINIONS, VIEW_TAGS, VIEW_DATASETS, PUBLISH_DATASETS}
        | {CONNECT_SYSTEMS, REQUEST_GRANTS, DECIDE_GRANTS, READ_CORRECTIONS, ANSWER_CORRECTIONS, VIEW_SYSTEMS}
        | {VIEW_PUSH, PUSH_ANSWERS, SEE_RETURNS, ENTER_SYSTEMS}
        | {FILE_COMPLAINTS, READ_NOTICES}
    ),
    Role.DISCIPLINE: frozenset({WORK, HANDLE_COMPLAINTS, READ_NOTICES}),
    Role.SECURITY_ADMIN: frozenset(
        {WORK, VIEW_PEOPLE, MANAGE_PEOPLE, WATCH_UNMASKING, SEE_CLIENTS, MANAGE_CLIENTS}
        | {SEE_ENTRANCES, CONFIRM_ENTRANCES}
    ),
    Role.SYSTEM_ADMIN: frozenset({WORK, OPERATE, SWITCH_FEATURES, USE_API_DOCS, SEE_ENTRANCES}),
    Role.AUDIT_ADMIN: frozenset({WORK, READ_AUDIT}),
}

IN_WORDS = {
    FILL_REPORTS: "填写报表",
    SUBMIT_REPORTS: "提交报表",
    REVIEW_REPORTS: "审核报表",
    DESIGN_FORMS: "设计和申请表单",
    ADMIT_FORMS: "准入表单",
    APPLY_SYSTEMS: "申请系统准入",
    ADMIT_SYSTEMS: "准入和暂停部门系统",
    COLLECT_REPORTS: "收取汇总结果",
    VIEW_RESIDENTS: "查看居民与房屋",
    CHANGE_RESIDENTS: "修改居民与房屋",
    IMPORT_RESIDENTS: "从 Excel 导入居民",
    VIEW_EVENTS: "查看事件",
    REPORT_EVENTS: "上报事件",
    HANDLE_EVENTS: "受理和办结事件",
    VIEW_CATALOGUE: "查看数据项目录",
    PROPOSE_TAGS: "申请标签",
    DECIDE_TAGS: "审核标签",
    ATTACH_TAGS: "给居民和房屋打标签、复核标签",
    PUBLISH_DATASETS: "登记和发布回流数据",
    CONNECT_SYSTEMS: "设置部门系统的对接",
    DECIDE_DATASETS: "审核回流数据的发布",
    REQUEST_GRANTS: "申请使用回流数据",
    DECIDE_GRANTS: "审核回流数据的授权",
    MARK_RECORDS: "核实回流数据",
    ANSWER_CORRECTIONS: "答复校核",
    WATCH_CORRECTIONS: "查看校核时限",
    VIEW_LETTERS: "查看系统使用函件",
    SEND_TODOS: "向村居和镇街发业务系统待办",
    RECEIVE_TODOS: "查看业务系统待办",
    SEE_BURDEN: "查看减负账",
    SEE_RETURNS: "查看返还账",
    SEND_NOTICES: "发通知",
    DECIDE_NOTICES: "审核部门的通知",
    KEEP_GUIDES: "上传操作指南",
    REPORT_OUTSIDE: "监测点上报平台外的任务",
    CHOOSE_POINTS: "设立监测点",
    FILE_COMPLAINTS: "举报和查看办理答复",
    HANDLE_COMPLAINTS: "受理举报、核实并公开答复",
    ANSWER_COMPLAINTS: "答复纪检转办件",
    PUSH_ANSWERS: "把报表或采纳的校核推送到本部门的系统",
    MANAGE_PEOPLE: "管理账号和岗位",
    MANAGE_GRIDS: "设置网格和微网格",
    READ_AUDIT: "查看审计记录",
    OPERATE: "查看运行状态",
    SWITCH_FEATURES: "停用和恢复可以不用的功能",
    MANAGE_CLIENTS: "登记 API 客户端",
    CONFIRM_CLIENTS: "复核启用 API 客户端",
    ENTER_SYSTEMS: "从应用目录进入部门系统",
    CONFIRM_ENTRANCES: "启用和停用系统的单点登录",
}
"""Rights as a person reads them on a page, in the order they are told. Those that go with another one are left out."""


def rights_in_words(role: Role) -> str:
    """What a post of the role may do: 填写报表、提交报表、……"""
    return "、".join(words for right, words in IN_WORDS.items() if right in ROLE_RIGHTS[role])


class FeatureOff(NotAllowed):
    """The post would hold the right, but its feature is switched off."""

    code = "feature_off"
    default = "这项功能已由系统管理员停用,原有的数据都保留。需要使用,请联系系统管理员。"


def holds(actor: Actor, right: str) -> bool:
    """Whether the role has the right, and the feature that it belongs to is in use."""
    return right in ROLE_RIGHTS[actor.role] and right not in actor.withheld


def require(actor: Actor, right: str, *area_codes: int) -> None:
    """Let the actor pass, or raise: NotFound for an area outside the scope, NotAllowed for a right not held, FeatureOff
    for one of a feature that is switched off.

    The order matters: an object outside the scope answers the same as one that does not exist.
    """
    for code in area_codes:
        if actor.scope is None or not contains(actor.scope, code):
            raise NotFound
    if not holds(actor, right):
        raise FeatureOff if right in ROLE_RIGHTS[actor.role] else NotAllowed
