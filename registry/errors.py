"""Refusals of the registry."""

from accounts.errors import Conflict, DomainError


class AlreadyRegistered(DomainError):
    """The ID number belongs to someone. The same sentence wherever that is: nothing is told about the other place."""

    code = "already_registered"
    default = (
        "此证件号码已有登记,不能重复新增。请先在居民列表中按证件号码查找;"
        "如此人现在住在本村居,请联系镇街管理员办理转入。"
    )


class TooManyTries(DomainError):
    code = "too_many_tries"
    status = 429
    retry_after = 3600
    default = "一小时内重复登记的证件号码太多,已暂停新增。请一小时后再试,或联系镇街管理员。"


class Stale(Conflict):
    """Someone else saved the same subject first."""

    code = "stale"
    default = "您打开这一页之后,别人已经改过。下面并排列出现在登记的值和您填的值,请核对后再保存。"


class AlreadyClosed(Conflict):
    code = "already_closed"
    default = "这条登记已经注销,请刷新后再看。"


class UndoTooLate(DomainError):
    code = "undo_too_late"
    default = "注销只能在当天撤销。如需恢复,请联系镇街管理员。"


class WrongStep(Conflict):
    """The event or batch is not in the state that the step needs."""

    code = "wrong_step"
    default = "这一步已经办过了,请刷新后再看。"
