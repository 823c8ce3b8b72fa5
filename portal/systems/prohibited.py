"""What no system may ask of village workers (国办函〔2026〕12号): named where it is found, refused until it is gone.

The ticked functions are looked at, and the words of the description: who has put points under another name should at
least have to call them so.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.systems.functions import Function

WORDS: dict[Function, str] = {
    Function.CLOCK_IN: r"打卡|签到|签退|轨迹考勤|定位考勤|人脸考勤",
    Function.POINTS: r"积分|排名|排行榜|排行|晒分|评比打分|得分通报",
    Function.ONLINE_TIME: r"在线时长|登录时长|使用时长|学习时长|活跃度|日活率|登录率|登录次数考核",
    Function.FORCED_INSTALL: r"(?:强制|必须|统一要求|全员|限期).{0,6}(?:安装|下载|关注|注册)|(?:安装|下载|关注|注册)率",
}
_DENIED = re.compile(r"(?:不设|不搞|不含|没有|不得|取消|已删除|无)[^,;\uff0c\uff1b。、]{0,4}$")
"""Said in front of such a word, within the same clause, it is told that there is none."""
SHOWN_AROUND = 6


@dataclass(frozen=True, slots=True)
class Prohibited:
    """quote: the words of the description with a little around them, "" where the function itself was ticked."""

    function: Function
    quote: str = ""

    @property
    def sentence(self) -> str:
        where = f"说明里写有“{self.quote}”" if self.quote else "功能里选了这一项"
        return f"{self.function.label}:{where}"


def find_prohibited(functions: Collection[str], *texts: str) -> list[Prohibited]:
    """Everything forbidden that is ticked or described, each function once for ticking and once for its first words."""
    ticked = [Prohibited(one) for one in WORDS if one.value in functions]
    lines = [line for text in texts for line in text.splitlines()]
    described = [Prohibited(one, quote) for one, words in WORDS.items() if (quote := _first(words, lines))]
    return ticked + described


def _first(words: str, lines: Sequence[str]) -> str:
    for line in lines:
        for found in re.finditer(words, line):
            if not _DENIED.search(line[: found.start()]):
                return line[max(0, found.start() - SHOWN_AROUND) : found.end() + SHOWN_AROUND].strip()
    return ""
