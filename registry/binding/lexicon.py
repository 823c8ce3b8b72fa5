"""What Chinese office language adds to the catalogue: whose attribute a header speaks of, and further names of items.

Only wordings that mean the same as the item stand here. A header that no entry covers stays unbound.
"""

from collections.abc import Mapping


def words(text: str) -> tuple[str, ...]:
    """Words parted by blanks, so that long lists stay readable."""
    return tuple(text.split())


NAME, ID, PHONE, RELATION = "name", "id", "phone", "relation"

NAME_WORDS = ("姓名", "名字")
ID_WORDS = words(
    """
    身份证 身份证号 身份证号码 公民身份号码 公民身份证号 公民身份证号码 居民身份证 居民身份证号 居民身份证号码
    居民身份号码 身份号码 身份证件号码 身份证件号 证件号码 证件号 身份证编号
    """
)
PHONE_WORDS = words(
    """
    电话 联系电话 联系方式 手机 手机号 手机号码 电话号码 联系手机 联系电话号码 联系号码 移动电话 手机电话
    联系手机号 联系手机号码
    """
)
RELATION_WORDS = ("关系", "与本人关系", "与其关系", "和本人关系")
ATTRIBUTES: Mapping[str, str] = {
    **dict.fromkeys(NAME_WORDS, NAME),
    **dict.fromkeys(ID_WORDS, ID),
    **dict.fromkeys(PHONE_WORDS, PHONE),
    **dict.fromkeys(RELATION_WORDS, RELATION),
}

# Whose: the words for somebody in a role, and the items that the catalogue keeps about them.
ROLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "guardian": words("监护人 法定监护人 家长 第一监护人"),
    "caregiver": words("照料人 照护人 照料护理人 代领人 照护者 照料者 护理人"),
    "emergency": words("紧急联系人 应急联系人"),
    "owner": words("房东 房主 产权人 业主 房屋所有人 房屋产权人 出租人 房屋所有权人"),
    "head": ("户主",),
    "legal": words(
        """
        法定代表人 法人代表 法人 负责人 经营者 单位负责人 企业负责人 主要负责人 场所负责人 店主
        法定代表人(负责人) 负责人(法人) 法人(负责人) 业主(负责人) 经营者(负责人)
        """
    ),
    "vehicle_owner": words("车主 车辆所有人 机动车所有人"),
}
ROLE_ITEMS: Mapping[str, Mapping[str, str]] = {
    "guardian": {
        NAME: "person.guardian_name", PHONE: "person.guardian_phone", RELATION: "person.guardian_relation",
    },
    "caregiver": {
        NAME: "person.caregiver_name", PHONE: "person.caregiver_phone", RELATION: "person.caregiver_relation",
    },
    "emergency": {NAME: "person.emergency_contact", PHONE: "person.emergency_phone"},
    "owner": {NAME: "dwelling.owner_name", ID: "dwelling.owner_id_number", PHONE: "dwelling.owner_phone"},
    "head": {NAME: "household.head_name", ID: "household.head_id_number", PHONE: "household.head_phone"},
    "legal": {NAME: "organization.legal_person", PHONE: "organization.legal_phone"},
    "vehicle_owner": {NAME: "vehicle.owner_name", PHONE: "vehicle.owner_phone"},
}  # fmt: skip
# Roles that may stand alone as a header for a name; the others need 姓名 or a parent header.
ROLE_SUBJECTS: Mapping[str, frozenset[str]] = {
    "legal": frozenset({"organization"}),
    "owner": frozenset({"dwelling", "person", "household"}),
    "vehicle_owner": frozenset({"vehicle", "person", "household"}),
}

# Somebody else, of whom the catalogue keeps nothing: what stands behind these words is never the subject's own.
OTHERS = words(
    """
    配偶 丈夫 妻子 爱人 子女 儿子 女儿 父亲 母亲 父母 父 母 亲属 家属 亲戚 兄弟 姐妹 祖父 祖母 外祖 邻居
    联系人 介绍人 经办人 填表人 填报人 审核人 检查人 排查人 走访人 探访人 巡查人 巡访人 帮扶人 帮扶 责任人
    包保 包联 包户 干部 网格员 网格长 楼组长 组长 医生 护士 民警 教师 班主任 老师 社工 承租人 租客 租户 使用人
    管理人 管理员 安全员 受益人 继承人 担保人 证明人 委托人 代理人 服务人员 服务员 调解员 调解人 当事人 被
    督导 雇主 书记 主任 随行 同住 随迁 雇 登记人 采集人 收款人 结对 助老员 助残 开户人 户名 入党介绍 培养联系
    经手人 保管人 村医 公安 警 律师 探视 申报人 矫正小组 管护 养护
    """
)
# Words that make another thing of the same name: another time, a plan, a change, a total.
TURNS = words(
    """
    原 拟 曾 前 上年 去年 上一年 本年 本月 上月 当年 历年 近 变更 调整 新 旧 计划 预计 预约 第二 第三 其他
    备用 年度 季度 检查 整改 巡查 核查 复查 审核 审批 申请
    """
)

# The subject of a roster of people, as departments call it.
SELVES = words(
    """
    本人 个人 人员 居民 村民 居民个人 对象 申请人 申请对象 成员 家庭成员 人口 常住人口 流动人口 户籍人口
    来沪人员 老人 老年人 高龄老人 独居老人 空巢老人 失能老人 长者 残疾人 残疾人员 残疾对象 患者 病人
    精神障碍患者 慢病患者 育龄妇女 妇女 孕产妇 党员 退役军人 退役士兵 军人 优抚对象 志愿者 矫正对象
    社区矫正对象 矫正人员 安置帮教对象 帮教对象 吸毒人员 参保人 参保人员 参保对象 被保险人 失业人员 就业人员
    从业人员 低保对象 低保人员 保障对象 救助对象 特困人员 特困对象 受助人 服务对象 走访对象 探访对象 补贴对象
    发放对象 领取人 享受人 受种者 签约居民 签约对象 困难群众 困境儿童 留守儿童 留守妇女 留守老人 留守人员
    境外人员 外籍人员 儿童 学生 幼儿 婴儿 婴幼儿 孩子 少年儿童 青少年 未成年人 职工 员工 群众 被访人 重点人员
    人才 暂住人员 暂住人 流入人员 外来人员 参战人员 死亡人员 服刑人员 刑满释放人员 高龄对象 被登记人
    """
)
CHILDREN = frozenset({"儿童", "学生", "幼儿", "婴儿", "婴幼儿", "孩子", "少年儿童"})
CHILD_TITLES = "儿童|学生|学龄|幼儿|婴|孩|未成年|青少年|入学|学前|接种|少年|困境|留守"
# These are the subject's own on any sheet, whatever it calls its people.
ANY_SELVES = frozenset(
    {"本人", "个人", "人员", "居民", "村民", "对象", "申请人", "成员", "居民个人", "申请对象", "被登记人"}
)
NOW = ("现", "目前", "现在", "当前")

# Parent headers that say nothing about whose or which: under the plain ones stands anything about the subject,
# under the special ones only labels that are clear by themselves.
PLAIN_PARENT = (
    r"\S{0,4}(?:基本|个人|本人|自身|身份|人员|居民|村民|详细|登记|填报|采集|主要|一般|对象|基础|必填|选填|联系|家庭|人口|成员)"
    r"\S{0,2}(?:信息|情况|状况|资料|内容|项目|要素|方式|数据)"
)
SPECIAL_PARENT = (
    r"\S{0,4}(?:健康|医疗|疾病|就业|工作|就学|教育|学籍|党籍|组织关系|服役|入伍|优抚|参保|保险|社保|医保|养老|救助|低保|残疾|持证|"
    r"证件|走访|探访|关爱|照护|照料|生活|经济|收入|发放|补贴|津贴|银行|账户|开户|流动|居住|户籍|户口|房屋|住房|建筑|车辆|企业|单位|"
    r"场所|经营|消防|资产|事件|签约|志愿|服务|区域|所属|网格|归属|行政|土地|用地|隐患|婚育|政治|能力|评估|其他|相关|管理|出租|租赁)"
    r"\S{0,3}(?:信息|情况|状况|资料|内容|项目|要素|区划|区域|地区|数据)?"
)
PARENT_ENDING = r"(?:基本|主要|个人|详细)?(?:信息|情况|状况|资料|内容|项目)$"
# Under these parents an address, a province or a number is of that place or matter only.
TOPICS: Mapping[str, tuple[str, ...]] = {
    "户籍": ("户籍", "户口", "户籍地", "户籍所在地", "户口所在地", "户籍地址", "户籍信息"),
    "居住": ("居住", "现居住", "现居住地", "居住地", "现住", "现住地", "现住址", "住址", "实际居住", "常住"),
    "房屋": ("房屋", "住房", "出租房", "出租房屋", "住宅"),
    "家庭": ("家庭",),
    "籍贯": ("籍贯", "出生地", "来源地", "流出地", "流入地", "原籍", "工作地", "就业地", "经营地"),
    "单位": ("单位", "企业", "场所", "商户", "机构", "店铺"),
    "车辆": ("车辆", "机动车", "电动自行车", "电动车"),
    "资产": ("资产", "设施", "设备"),
    "事件": ("事件", "事项", "纠纷"),
}

# Labels of one thing in a person's roster and of another elsewhere, by subject. A subject left out: not bound.
ADDRESS_OF: Mapping[str, str] = {
    "person": "person.residence_address",
    "household": "person.residence_address",
    "dwelling": "dwelling.address",
    "organization": "organization.address",
}
SITE_OF: Mapping[str, str] = {"dwelling": "dwelling.address", "asset": "asset.location"}
BY_SUBJECT: Mapping[str, Mapping[str, str]] = {
    "地址": ADDRESS_OF,
    "详细地址": ADDRESS_OF,
    "住址": ADDRESS_OF,
    "详址": ADDRESS_OF,
    "坐落": SITE_OF,
    "坐落位置": SITE_OF,
    "坐落地址": SITE_OF,
    "所在位置": {"asset": "asset.location"},
    "位置": {"asset": "asset.location"},
    "名称": {"organization": "organization.name", "asset": "asset.name"},
    "面积": {"dwelling": "dwelling.area_sqm"},
    "住所": {"organization": "organization.address"},
    "人口": {"household": "household.resident_count"},
    "数量": {"asset": "asset.quantity"},
    "用途": {"dwelling": "dwelling.use"},
}
# Labels that a title or a parent header must confirm (a regular expression over both).
CONFIRMED_BY: Mapping[str, Mapping[str, str]] = {
    "person.elderly_allowance_standard": dict.fromkeys(
        ("补贴标准", "津贴标准", "发放标准", "月发放标准", "补贴标准元月", "津贴金额", "月津贴标准", "月补贴标准"),
        "高龄|尊老|敬老|长寿|老年.{0,6}津贴|老龄津贴",
    ),
    "person.low_income_amount": dict.fromkeys(("保障金额", "月保障金额", "月保障金"), "低保|最低生活保障|社会救助"),
    "person.mental_risk_level": dict.fromkeys(("风险等级", "危险性等级", "危险等级"), "精神|危险性"),
    "person.residency_type": dict.fromkeys(("人员类别", "人口类别", "人口类型"), "人口|居民|常住|流动|户籍|来沪"),
    "person.self_care_ability": dict.fromkeys(("能力等级",), "老|失能|照护|护理|残疾|养老"),
    "person.medical_insurance_paid": dict.fromkeys(("是否参保", "参保"), "医保|医疗"),
    "person.medical_insurance_type": dict.fromkeys(("参保类型", "参保险种", "险种"), "医保|医疗"),
    "person.pension_insurance_type": dict.fromkeys(("参保类型", "参保险种"), "养老保险|城居保|城乡居保"),
    "person.support_mode": dict.fromkeys(("供养方式",), "特困|供养|五保|救助|低保|集中"),
    "person.vaccinated": dict.fromkeys(("接种情况",), "疫苗|接种"),
    "person.workplace": dict.fromkeys(("单位",), "就业|职工|流动|人口|居民|人才|来沪|务工"),
}
# Words that anybody on a sheet may have; under a special parent they are not surely the subject's.
EVERYDAY = words("姓名 性别 年龄 民族 单位 名称 出生日期 出生年月 备注 说明 其他 家庭地址 家庭住址")
# Texts under a parent header that are choices or sums and no items.
OPTIONS = words("男 女 是 否 有 无 一级 二级 三级 四级 合计 小计 其中")
# Labels bound only in a roster of their own entity, because elsewhere they speak of something else.
OWN_SUBJECT_ONLY = words(
    """
    其他 原值 原值元 地点 备注 存在隐患 存放地点 安全等级 安全隐患 层数 幢号 数量 楼层数 消防隐患
    状态 用途 结构类型 说明 走访日期 走访时间 车型 门牌号 隐患情况 隐患类型 面积
    """
)
# The items of other entities that a roster of these subjects may carry beside its own and the area's.
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "person": ("household.", "dwelling.", "vehicle."),
    "household": ("dwelling.", "person.residence_address", "person.registered_address", "person.is_low_income"),
    "dwelling": ("household.head_", "household.resident_count"),
    "organization": (),
    "vehicle": (),
    "asset": (),
    "event": (),
}

# 户籍地 + 详细地址 and so on: each beginning with each ending.
ADDRESSES: Mapping[str, tuple[str, str]] = {
    "person.registered_address": (
        "户籍 户籍地 户籍所在地 户口 户口地 户口所在地",
        "地址 住址 详细地址 详细住址 详址 门牌地址 居住地址",
    ),
    "person.residence_address": (
        "居住 居住地 现居 现居住 现居住地 现住 现住地 实际 实际居住 实际居住地 暂住 暂住地 常住 常住地 家庭 家庭居住",
        "地址 住址 详细地址 详细住址 详址 门牌地址",
    ),
}


ROW_NUMBERS = frozenset({"序号", "序", "no", "行号", "顺序号", "编序", "序列号", "序次", "项次", "№"})
