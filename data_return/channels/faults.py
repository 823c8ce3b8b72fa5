"""What can go wrong with a department's system (对方系统故障): names, and words that a data officer acts on."""

from django.db.models import TextChoices

from accounts.errors import DomainError


class Fault(TextChoices):
    """The label is the sentence shown. No address, no value and no text of the other side belongs into it."""

    # The way there
    NOT_LISTED = "not_listed", "这个地址不在允许访问的名单里。请联系系统管理员把它加入名单(OUTBOUND_HOSTS)。"
    INNER_ADDRESS = "inner_address", "这个地址指向不允许访问的网段,已拒绝。请向对方核对地址。"
    REDIRECTED = "redirected", "对方要求转到另一个地址,已拒绝。请向对方核对地址,填写最终的地址。"
    UNREACHABLE = "unreachable", "连不上对方系统。请核对地址和端口,或联系对方确认系统是否在运行。"
    BAD_CERTIFICATE = "bad_certificate", "对方的证书不可信或已过期,没有发送任何数据。请联系对方更换证书。"
    HOST_KEY = "host_key", "对方服务器的指纹与登记的不一致,已断开。请先向对方核实,再修改登记的指纹。"
    LOGIN_REFUSED = "login_refused", "对方拒绝了登录。请核对账号、密钥或令牌是否有效。"
    # How it answers
    TIMED_OUT = "timed_out", "对方没有在规定时间内应答。稍后会自动再试;多次出现请联系对方。"
    TOO_SLOW = "too_slow", "对方传得太慢,没有在规定时间内传完。稍后会自动再试;多次出现请减小每页条数或联系对方。"
    RESET = "reset", "连接在传输途中断开,这一页没有采用。稍后会自动再试。"
    TOO_LARGE = "too_large", "对方一次传来的内容超过上限,已停止接收。请减小每页条数,或联系对方。"
    RATE_LIMITED = "rate_limited", "对方要求降低访问频率。已暂停,到时间会自动再试;经常出现请调低频率。"
    SERVER_ERROR = "server_error", "对方系统出错。稍后会自动再试;多次出现请联系对方。"
    NOT_FOUND = "not_found", "对方没有这个地址、表或文件。请核对填写的内容。"
    REFUSED = "refused", "对方不接受这个请求。请向对方核对接口的参数和权限。"
    # What it says
    HTML = "html", "对方返回的是网页,不是数据(可能是登录页或维护公告)。请核对地址,或联系对方。"
    NOT_JSON = "not_json", "对方返回的内容不是合法的 JSON。请联系对方。"
    CUT_SHORT = "cut_short", "对方返回的内容不完整,这一页没有采用。稍后会自动再试;多次出现请联系对方。"
    BAD_CHARSET = "bad_charset", "对方返回的文字编码不对,出现了乱码。请核对编码(UTF-8 或 GBK)。"
    BAD_SHAPE = "bad_shape", "对方返回的内容里找不到数据列表。请核对数据所在的位置,或联系对方。"
    BAD_FILE = "bad_file", "文件打不开,或表头不对。请联系对方重新导出。"
    # How pages follow each other
    PAGE_TWICE = "page_twice", "对方把同一页发了两次,已停止,没有重复写入。请联系对方检查分页。"
    PAGE_MISSING = "page_missing", "对方少发了数据(条数与总数对不上),没有把缺少的当作删除。稍后会自动再试。"
    OUT_OF_ORDER = "out_of_order", "对方没有按约定的顺序排列,可能漏掉数据,已停止。请联系对方按更新时间和编号排序。"
    CURSOR_LOOP = "cursor_loop", "对方的翻页标记绕回了已读过的一页,已停止。请联系对方检查分页。"
    TOTAL_CHANGED = "total_changed", "读取途中对方的总数变了,本次不作为完整快照,不处理删除。稍后会自动再读。"
    TOO_MANY_ROWS = "too_many_rows", "这次的条数远超以往,已停止。请向对方核实;确认无误后调高上限再继续。"
    FIELDS_GONE = "fields_gone", "对方不再提供用来识别数据的字段(可能改名或删除)。请核对后重新对应字段。"
    TOO_MANY_GONE = "too_many_gone", "要删除的条数超过上限,一条也没有删除。请向对方核实;确认无误后调高上限再继续。"
    MOSTLY_BAD = "mostly_bad", "这一页大部分数据都不符合要求,已停止。请查看隔离的数据,联系对方或重新对应字段。"

    @property
    def passes(self) -> bool:
        """May be over a moment later, so it is worth trying again by itself."""
        return self in _PASSING


_PASSING = frozenset(
    {
        Fault.UNREACHABLE,
        Fault.TIMED_OUT,
        Fault.TOO_SLOW,
        Fault.RESET,
        Fault.RATE_LIMITED,
        Fault.SERVER_ERROR,
        Fault.CUT_SHORT,
        Fault.PAGE_MISSING,
        Fault.TOTAL_CHANGED,
    }
)


class SourceFailed(DomainError):
    """A department's system did not do what was agreed. fault says what; retry_after: seconds, where it told any."""

    status = 502

    def __init__(self, fault: Fault, *, retry_after: int | None = None, field: str | None = None) -> None:
        self.fault = fault
        self.retry_after = retry_after
        super().__init__(str(fault.label), field=field)

    @property
    def code(self) -> str:  # type: ignore[override]
        return f"source_{self.fault.value}"
