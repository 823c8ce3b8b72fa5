"""Words of the pages about operation: what codes of the machinery mean to an administrator."""

JOBS = {
    "accounts.audit_export": "导出审计日志",
    "data_return.load_records": "载入回流数据",
    "data_return.test_connector": "试读数据对接",
    "data_return.try_channel": "试连接入通道",
    "forms_engine.export": "导出汇总",
    "forms_engine.prefill": "下发并预填报表",
    "registry.check_import": "检查导入的名单",
    "registry.write_import": "写入导入的名单",
    "tagging.preview": "计算标签申请的影响",
    "tagging.refresh": "计算标签",
}
"""Kinds of background jobs."""
CLOCKWORK = {
    "remove-expired-exports": "删除到期的导出文件",
    "clear-sessions": "清理结束的登录",
    "seal-audit": "封存审计日志",
    "verify-audit": "核对前一天的审计日志",
    "expire-audit": "删除到期的审计记录",
    "forget-tokens": "清理过期的令牌",
    "forget-spendings": "清理用量和密码尝试",
    "suspend-unused": "停用长期未用的账号",
    "refresh-changed-tags": "更新有变化的标签",
    "refresh-all-tags": "每夜更新全部标签",
    "work-off-events": "处理变更通知",
    "resume-pushes": "继续推送",
    "resume-pulls": "继续对接",
    "forget-runs": "清理旧的同步记录",
    "forget-events": "清理旧的变更通知",
    "end-sign-ons": "结束部门系统里的登录",
    "forget-sign-ons": "清理旧的单点登录",
    "watch-systems": "检测部门系统能不能打开",
    "retire-systems": "到期的系统停用",
    "record-reporters-steps": "记录前一天的举报步骤",
    "count-burden": "统计减负账",
    "count-open-burden": "每夜统计未办完的填报",
    "resume-jobs": "继续后台任务",
    "celery.backend_cleanup": "清理任务结果",
}
"""Entries of beat's schedule."""
