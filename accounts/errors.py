"""Expected refusals. One handler in `portal.errors` turns them into a page, an htmx fragment or JSON."""


class DomainError(Exception):
    """A refusal that a person can act on.

    message: a Chinese sentence that says what is wrong, where, and what to do next; never personal data.
    field: name of the form field it belongs to, if any. code: stable, for machines and tests.
    """

    code = "refused"
    status = 422
    default = "这一步没有通过检查,请核对后再试。"

    audited = False
    """Whether a try leaves an audit line though its status alone would not ask for one."""

    retry_after: int | None = None
    """Seconds after which the same step may be tried again, where waiting helps."""

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        self.message = message or self.default
        self.field = field
        super().__init__(self.message)


class NotFound(DomainError):
    code = "not_found"
    status = 404
    default = "没有找到这一页,或者它不在您的岗位范围内。请从菜单重新进入。"


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403
    default = "当前岗位不能做这一步。如需办理,请切换岗位或联系上级管理员。"


class Conflict(DomainError):
    """Someone else changed the same thing in the meantime, or the step was already taken."""

    code = "conflict"
    status = 409
    default = "别人刚刚改过这里,请刷新后再看一次。"
