from accounts.errors import DomainError


class UpstreamRefused(DomainError):
    """The provider sent somebody back, and the answer does not hold. Says nothing of why: that is in the log."""

    code = "upstream_refused"
    default = "统一身份认证没有完成。请回到登录页再试一次,或者用用户名和密码登录。"


class UpstreamDown(DomainError):
    code = "upstream_down"
    status = 503
    default = "统一身份认证暂时连不上。请过几分钟再试,或者用用户名和密码登录。"
    retry_after = 60


class NobodyThere(DomainError):
    """No account is linked with this identity, or it is closed: one answer for both."""

    code = "upstream_unknown"
    status = 403
    default = (
        "这个统一身份账号还没有绑定本系统的账号,或者账号已停用。"
        "请先用用户名和密码登录,在“我的账号”里绑定;不能登录,请联系本镇街或本部门的管理员。"
    )
