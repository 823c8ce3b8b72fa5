"""Why an upload is refused: what the file is, and what to do with it."""

from accounts.errors import DomainError

SAVE_AGAIN = "请用 Excel 或 WPS 打开它,“另存为”.xlsx 后再上传。"


class UploadRefused(DomainError):
    """A file that cannot be used. Nothing of it has been kept."""

    code = "upload_refused"


class TooLarge(UploadRefused):
    code = "too_large"


class NotExcel(UploadRefused):
    code = "not_excel"


class OldExcel(UploadRefused):
    code = "old_excel"
    default = f"这个文件其实是旧版 .xls(或 WPS 的 .et)格式,只是改了名字。{SAVE_AGAIN}"


class PasswordProtected(UploadRefused):
    code = "password"
    default = "这个文件设了打开密码。请在 Excel 的“文件-信息-保护工作簿”里去掉密码,保存后再上传。"


class MacroWorkbook(UploadRefused):
    code = "macros"
    default = "这个文件带有宏(.xlsm),为了安全不能接收。请“另存为”不带宏的 .xlsx 后再上传。"


class Bomb(UploadRefused):
    code = "bomb"
    default = "这个文件解压后大得不正常,已停止打开。请把数据复制到一个新建的工作簿里,保存后再上传。"


class Damaged(UploadRefused):
    code = "damaged"
    default = f"文件已损坏,打不开。{SAVE_AGAIN}如果 Excel 也打不开,请向发来的人重新要一份。"


class ForeignNames(UploadRefused):
    code = "gbk_names"


class DangerousXml(UploadRefused):
    code = "dtd"
    default = f"文件里含有不安全的内容(DTD 声明),正常的 Excel 文件不会有。{SAVE_AGAIN}"


class EmptyWorkbook(UploadRefused):
    code = "empty"
    default = "这个文件里没有内容。请确认选对了文件,并且表头和数据已经保存。"


class TooWide(UploadRefused):
    code = "too_wide"


class TooLong(UploadRefused):
    code = "too_long"


class FormulaWithoutValue(UploadRefused):
    code = "formula"


class TwoHeaders(UploadRefused):
    code = "two_headers"


class NoHeader(UploadRefused):
    code = "no_header"
    default = "没有找到表头。请确认表头在前 40 行内、每列都写了名称,并且不是图片。"
