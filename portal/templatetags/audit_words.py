"""Names of audited actions for people. Here, because only the roof knows the actions of every app."""

from django import template

from accounts.models import AuditEntry
from portal.audit_words import SIGNS, detail_lines, object_name

register = template.Library()
register.filter(object_name)

ACTIONS = {
    "login": "登录",
    "logout": "退出登录",
    "password.changed": "修改密码",
    "post.switched": "切换岗位",
    "second_factor.passed": "完成第二步验证",
    "second_factor.refused": "第二步验证未通过",
    "second_factor.enrolled": "绑定验证器",
    "second_factor.codes_made": "生成恢复码",
    "session.ended": "结束登录",
    "upstream.linked": "绑定统一身份认证",
    "upstream.unlinked": "解除统一身份认证",
    "access.refused": "访问被拒绝",
    "home.read": "工作台上看到居民",
    "audit.read": "查看审计",
    "audit.seen_by": "查询谁看过某居民",
    "audit.export_started": "开始导出审计日志",
    "audit.export_finished": "审计日志导出文件已生成",
    "audit.export_downloaded": "下载审计日志导出文件",
    "audit.verified": "核对审计日志",
    "audit.expired": "删除过期的审计记录",
    "scope.whole_tree": "以全域范围处理",
    "form.brought": "上传表单",
    "form.columns_changed": "修改表单的列",
    "form.settings_changed": "修改表单的设置",
    "form.answer_mode": "改变回答方式",
    "form.drafted": "起草准入申请",
    "form.reviewers_invited": "请部门联审表单",
    "form.opinion_given": "给出表单联审意见",
    "form.new_version": "新增表单版本",
    "form.submitted": "提交准入",
    "form.withdrawn": "撤回准入申请",
    "form.admitted": "准入表单",
    "form.returned": "退回表单补充",
    "form.refused": "不予准入表单",
    "form.dispatched": "下发表单",
    "form.copy_pack_saved": "设置复制录入的顺序",
    "form.copy_pack_removed": "删除复制录入的顺序",
    "form.closed": "收表",
    "form.reopened": "重新开放填报",
    "tag.refreshed": "按规则更新标签",
    "tag.refreshed_all": "每夜更新全部标签",
    "tag.refreshed_changed": "更新有变动居民的标签",
    "tag.drafted": "起草标签申请",
    "tag.submitted": "提交标签申请",
    "tag.withdrawn": "撤回标签申请",
    "tag.returned": "退回标签申请",
    "tag.approved": "同意标签申请",
    "tag.refused": "不同意标签申请",
    "report.cells_saved": "填写报表",
    "report.cells_confirmed": "确认报表的值",
    "report.cell_undone": "撤销一格",
    "report.subject_added": "报表增加对象",
    "report.subject_removed": "报表移出对象",
    "report.subject_restored": "报表恢复对象",
    "report.submitted": "提交报表",
    "report.returned": "退回报表",
    "report.accepted": "通过报表",
    "report.identity_not_kept": "证件号未写回",
    "event.reported": "上报事件",
    "event.read": "查看事件",
    "event.exported": "导出事件台账",
    "event.listed": "浏览事件列表",
    "event.photo_read": "查看事件照片",
    "person.picked": "查找居民(选人)",
    "import.read": "查看导入批次",
    "report.read": "打开报表",
    "dispatch.rows_taken": "接口取走的明细行",
    "report.rows_read": "查看报表的行",
    "report.row_copied": "打开一行的复制录入页",
    "report.row_entered": "标为已录入其他系统",
    "report.row_not_entered": "改回未录入其他系统",
    "report.cell_read": "查看报表一格的来源",
    "report.candidates_read": "查找可增加的对象",
    "export.rows_taken": "导出文件取走的行",
    "export.expired": "导出文件到期删除",
    "person.added": "登记居民",
    "person.placed": "变更居住地",
    "person.registered_in": "登记户籍",
    "person.number_refused": "证件号登记被拒绝",
    "household.head_chosen": "变更户主",
    "difference.taken": "采用另一来源的值",
    "difference.dropped": "不采用另一来源的值",
    "event.accept": "受理事件",
    "event.handle": "记录事件处理情况",
    "event.close": "办结事件",
    "event.return": "退回事件",
    "event.again": "重新上报事件",
    "import.started": "上传导入文件",
    "import.begun": "开始检查导入文件",
    "import.checked": "检查完导入文件",
    "import.confirmed": "确认导入",
    "import.written": "写入导入的行",
    "import.refused": "导入未通过",
    "import.cancelled": "取消导入",
    "import.errors_exported": "导出导入的错误",
    "export.started": "开始导出表单",
    "export.finished": "导出文件已生成",
    "export.downloaded": "下载导出文件",
    "subject.moved": "变更所在区划",
    "client.registered": "登记 API 客户端",
    "client.opened": "复核启用 API 客户端",
    "client.suspended": "停用 API 客户端",
    "client.secret_changed": "更换 API 客户端密钥",
    "client.token_issued": "API 客户端取令牌",
    "dataset.registered": "登记回流数据",
    "dataset.changed": "修改回流数据的说明或数据项",
    "dataset.version_begun": "新增回流数据版本",
    "dataset.file_brought": "上传回流数据文件",
    "dataset.loaded": "写入回流数据",
    "dataset.sample_read": "查看回流数据的数据页和样例",
    "dataset.event_secret_changed": "启用变更通知或更换密钥",
    "dataset.events_switched": "启用或停用变更通知",
    "dataset.change_told": "收到回流数据变更通知",
    "dataset.drafted": "起草回流数据发布申请",
    "dataset.submitted": "提交回流数据发布",
    "dataset.withdrawn": "撤回回流数据发布申请",
    "dataset.returned": "退回回流数据补充",
    "dataset.published": "同意发布回流数据",
    "dataset.refused": "不同意发布回流数据",
    "grant.drafted": "起草数据授权申请",
    "grant.submitted": "提交数据授权申请",
    "grant.withdrawn": "撤回数据授权申请",
    "grant.returned": "退回数据授权申请",
    "grant.refused": "不同意数据授权",
    "grant.consented": "一方同意数据授权",
    "grant.approved": "同意数据授权",
    "grant.narrowed": "缩小数据授权",
    "grant.revoked": "撤销数据授权",
    "unmask.alarm": "查看完整信息达到每日上限",
    "emergency.opened": "开始应急查看",
    "emergency.ended": "提前结束应急查看",
    "emergency.acknowledged": "知悉应急查看",
}
SUBJECTS = {"person": "居民", "household": "家庭户", "dwelling": "房屋", "organization": "单位"}
VERBS = {
    "read": "查看",
    "unmasked": "查看完整信息",
    "listed": "浏览名单",
    "changed": "修改",
    "closed": "注销",
    "reopened": "撤销注销",
    "exported": "导出名单",
}
ACTIONS |= {"household.added": "登记家庭户", "dwelling.added": "登记房屋", "organization.added": "登记单位"}
ACTIONS |= {f"{entity}.{verb}": f"{done}:{noun}" for entity, noun in SUBJECTS.items() for verb, done in VERBS.items()}
ACTIONS |= {
    "account.created": "新建账号",
    "account.renamed": "修改姓名",
    "account.suspended": "停用账号",
    "account.unused": "账号长期未用,自动停用",
    "account.reactivated": "恢复账号",
    "account.password_issued": "重置他人密码",
    "account.released": "生成放行码",
    "account.release_refused": "放行码不对",
    "account.factor_reset": "重置他人的第二步验证",
    "account.post_added": "增加岗位",
    "account.post_changed": "修改岗位",
    "account.post_ended": "结束岗位",
    "account.post_reopened": "恢复岗位",
    "account.post_moved": "调动岗位",
    "account.handed_over": "交接工作",
    "people_import.checked": "检查人员名单",
    "people_import.written": "导入人员",
    "grid.added": "新增网格",
    "grid.renamed": "修改网格名称",
    "grid.closed": "撤销网格",
    "grid.reopened": "恢复网格",
}
RESULTS = {
    "ok": "成功",
    "refused": "被拒绝",
    "locked": "已锁定",
    "throttled": "过于频繁",
    "alarm": "告警",
    "broken": "核对不符",
}


@register.filter
def action_name(action: str) -> str:
    """Chinese name of an action; its code where it has none yet."""
    return ACTIONS.get(action, action)


@register.filter
def result_name(result: str) -> str:
    return RESULTS.get(result, result)


@register.filter
def sign_name(kind: str) -> str:
    return SIGNS.get(kind, kind)


@register.filter
def details_of(entry: AuditEntry) -> list[tuple[str, str]]:
    return list(detail_lines(entry))
