"""What a row of a sheet is about, and which population it counts."""

import re
from collections import Counter
from collections.abc import Sequence

from . import lexicon
from .columns import SourceColumn
from .headers import key_of, label_of
from .parents import ParentKind, read_parent, role_in, speaks_of_another, turns
from .vocabulary import Vocabulary

TITLES = {
    "event": r"纠纷|信访|事件|上报|工单|投诉|舆情|诉求|巡查记录|案件",
    "vehicle": r"车辆|机动车|电动自行车|电动车|电瓶车|非机动车",
    "organization": r"企业|商户|场所|店铺|商铺|门店|机构|网点|社会组织|合作社|单位|九小|市场主体|工商户|经营户",
    "dwelling": r"房屋|出租房|危房|住房|住宅|自建房|农房|群租|出租屋|楼栋",
    "asset": r"资产|设备|设施|物资|器材|消防栓",
    "household": r"宅基地|承包地|农户|脱贫户|家庭户|住户|贫困户|户主|监测户|土地|低保家庭|低保户|困难家庭",
    "person": r"人员|居民|老人|老年|儿童|学生|妇女|党员|患者|对象|军人|志愿者|人口|残疾|青少年|职工|学龄|高龄|名单",
}
ANCHORS = {
    "dwelling.address": 4,
    "dwelling.code": 4,
    "organization.name": 5,
    "organization.uscc": 3,
    "vehicle.plate": 5,
    "asset.name": 5,
    "event.title": 5,
    "event.occurred_at": 3,
    "event.place": 3,
    "household.number": 3,
    "household.head_name": 3,
}
TITLE_WEIGHT, ENOUGH = 3, 3
RESIDENT = r"流动人口|来沪|常住|居住|暂住|租住|实有|外来|境外"
REGISTERED = r"户籍|户口|本村户|本地户"


def find_subject(columns: Sequence[SourceColumn], title: str, vocabulary: Vocabulary) -> str | None:
    """Entity of a row, such as "person"; None where neither title nor columns tell.

    A column of the subject's own names settles it: such a sheet has a row per person whatever else it holds.
    """
    if any(own_name(column, title) is not None for column in columns):
        return "person"
    scores: Counter[str] = Counter()
    for entity, pattern in TITLES.items():
        scores[entity] += TITLE_WEIGHT * bool(re.search(pattern, title))
    for column in columns:
        scores.update(_evidence(column, vocabulary))
    best = max(scores, key=lambda entity: scores[entity])
    return best if scores[best] >= ENOUGH else None


def _evidence(column: SourceColumn, vocabulary: Vocabulary) -> dict[str, int]:
    parents = [read_parent(text).kind for text in column.path[:-1]]
    if ParentKind.OTHER in parents:
        return {}
    found = vocabulary.find(key_of(label_of(column.path[-1]).base))
    if len(found) != 1 or found[0].item.entity not in TITLES or found[0].item.entity == "person":
        return {}
    return {found[0].item.entity: ANCHORS.get(found[0].item.code, 1)}


def own_name(column: SourceColumn, title: str) -> str | None:
    """What a column of the subject's names calls the subject: "" for 姓名, "老人" for 老人姓名; None for other columns.

    A word that the lexicon does not have is believed if the title has it too (孕妇姓名 in 孕妇管理登记表).
    """
    key = key_of(label_of(column.path[-1]).base)
    parents = [read_parent(text) for text in column.path[:-1]]
    if {parent.kind for parent in parents} & {ParentKind.ROLE, ParentKind.OTHER, ParentKind.UNKNOWN}:
        return None
    if key in lexicon.NAME_WORDS:
        return next((parent.stem for parent in parents if parent.kind is ParentKind.SELF), "")
    word = key.removesuffix("姓名")
    known = word in lexicon.SELVES or (len(word) > 1 and word in title and _may_be_subject(word))
    return word if word != key and known else None


def _may_be_subject(word: str) -> bool:
    return not (role_in(word) or speaks_of_another(word) or turns(word))


def find_population(columns: Sequence[SourceColumn], title: str) -> str | None:
    """ "registered" (户籍), "resident" (常住), "both", or None where the sheet does not say."""
    registered, resident = bool(re.search(REGISTERED, title)), bool(re.search(RESIDENT, title))
    if registered or resident:
        return "both" if registered and resident else "registered" if registered else "resident"
    text = " ".join(column.header for column in columns)
    return "both" if re.search("人户|是否常住|居住类型", text) else None
