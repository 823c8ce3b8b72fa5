"""Names by generation and sex, surnames by frequency with the flavour of Chongming (施 黄 陈 沈 倪 顾 陆)."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

MALE, FEMALE = "1", "2"
HAN = "01"


@dataclass(frozen=True)
class Weighted:
    """Choices by weight, summed once: drawn a million times."""

    values: tuple[str, ...]
    cumulated: tuple[int, ...]

    @classmethod
    def of(cls, weights: dict[str, int]) -> "Weighted":
        return cls(tuple(weights), tuple(accumulate(weights.values())))

    def draw(self, rng: Random) -> str:
        return rng.choices(self.values, cum_weights=self.cumulated)[0]


def _ranked(names: str) -> dict[str, int]:
    """Falling weights for names written in order of frequency."""
    words = names.split()
    return {word: 2 + (len(words) - rank) ** 2 // len(words) for rank, word in enumerate(words)}


LOCAL_SURNAMES = Weighted.of(
    _ranked(
        "施 黄 陈 沈 倪 顾 陆 张 徐 朱 王 龚 宋 杨 袁 蔡 李 周 吴 俞 茅 汤 郁 季 范 樊 高 秦 姚 钱"
        " 江 曹 丁 瞿 包 曾 单 仇 查 解 欧阳 上官"
    )
)
OTHER_SURNAMES = Weighted.of(
    _ranked("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 马 胡 朱 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾")
)

# First and second characters of given names, by generation (last birth year of it).
_GIVEN: tuple[tuple[int, dict[str, tuple[str, str]]], ...] = (
    (
        1949,
        {
            MALE: ("德永士汉炳金福祖文志伯锦", "明昌林生才良兴平元康根清"),
            FEMALE: ("秀桂玉凤惠月素美金兰阿彩", "英兰珍芳妹娥仙云琴宝娣珠"),
        },
    ),
    (
        1969,
        {
            MALE: ("建国志卫永忠汉学洪新裕锦", "国平明华忠良康军兴林成荣"),
            FEMALE: ("秀丽美惠建卫玉雪红桂亚菊", "芳华英萍珍娟琴红平妹兰萍"),
        },
    ),
    (
        1989,
        {
            MALE: ("志伟晓建海俊卫永春宇振学", "军峰辉杰斌勇华锋东明平磊"),
            FEMALE: ("丽晓静海红燕雪春敏娟佳慧", "燕芳丽娟萍敏红霞琴华静蕾"),
        },
    ),
    (
        2009,
        {
            MALE: ("俊嘉子浩宇文天佳伟思晨君", "杰豪轩宇杰伟涛翔毅诚超文"),
            FEMALE: ("佳思雨欣嘉晓文雅子怡梦诗", "怡雯婷琪悦倩颖莹雯佳玲洁"),
        },
    ),
    (
        9999,
        {
            MALE: ("子梓宇浩沐奕皓泽宸煜铭一", "轩涵辰泽阳睿宸然晨瑞恒诺"),
            FEMALE: ("梓欣子诗雨可沐若语依一雅", "涵怡彤萱妍桐昕汐宁瑶琳诺"),
        },
    ),
)

UYGHUR, TIBETAN = "05", "04"
_FULL_NAMES = {
    (UYGHUR, MALE): ("阿卜杜热合曼·买买提", "艾力·吐尔逊", "买买提·依明", "吐尔洪·艾合买提", "努尔买买提·托合提"),
    (UYGHUR, FEMALE): ("阿依古丽·艾合买提", "古丽娜尔·买买提", "热孜万古丽·吐尔逊", "帕提古丽·依明"),
    (TIBETAN, MALE): ("扎西次仁", "多吉", "洛桑丹增", "尼玛顿珠"),
    (TIBETAN, FEMALE): ("卓玛", "央金拉姆", "次仁德吉", "白玛措"),
}
ETHNICITIES = Weighted.of({HAN: 9830, "03": 40, "11": 30, "15": 25, "06": 20, "02": 15, UYGHUR: 25, TIBETAN: 15})
"""GB/T 3304 codes by share among ten thousand families; Uyghur and Tibetan names are written in full."""


def given_name(rng: Random, sex: str, birth_year: int) -> str:
    first, second = next(pools for until, pools in _GIVEN if birth_year <= until)[sex]
    single = rng.random() < (0.3 if 1965 <= birth_year <= 1999 else 0.08)
    return rng.choice(second) if single else rng.choice(first) + rng.choice(second)


def full_name(rng: Random, *, sex: str, birth_year: int, surname: str, ethnicity: str) -> str:
    """A whole name. Of Uyghurs and Tibetans the surname is not used."""
    whole = _FULL_NAMES.get((ethnicity, sex))
    return rng.choice(whole) if whole else surname + given_name(rng, sex, birth_year)


def family_surname(rng: Random, *, local: bool) -> str:
    return (LOCAL_SURNAMES if local else OTHER_SURNAMES).draw(rng)
