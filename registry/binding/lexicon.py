"""What Chinese office language adds to the catalogue: whose attribute a header speaks of, and further names of items.

Only wordings that mean the same as the item stand here. A header that no entry covers stays unbound.
"""

from collections.abc import Mapping

NAME, ID, PHONE, RELATION = "name", "id", "phone", "relation"

NAME_WORDS = ("姓名", "名字")
ID_WORDS = (
    "身份证", "身份证号", "身份证号码", "公民身份号码", "公民身份证号", "公民身份证号码", "居民身份证", "居民身份证号",
    "居民身份证号码", "居民身份号码", "身份号码", "身份证件号码", "身份证件号", "证件号码", "证件号", "身份证编号",
)  # fmt: skip
PHONE_WORDS = (
    "电话", "联系电话", "联系方式", "手机", "手机号", "手机号码", "电话号码", "联系手机", "联系电话号码", "联系号码", "移动电话",
    "手机电话", "联系手机号", "联系手机号码",
)  # fmt: skip
RELATION_WORDS = ("关系", "与本人关系", "与其关系", "和本人关系")
ATTRIBUTES: Mapping[str, str] = {
    **dict.fromkeys(NAME_WORDS, NAME),
    **dict.fromkeys(ID_WORDS, ID),
    **dict.fromkeys(PHONE_WORDS, PHONE),
    **dict.fromkeys(RELATION_WORDS, RELATION),
}

# Whose: the words for somebody in a role, and the items that the catalogue keeps about them.
ROLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "guardian": ("监护人", "法定监护人", "家长", "第一监护人"),
    "caregiver": ("照料人", "照护人", "照料护理人", "代领人", "照护者", "照料者", "护理人"),
    "emergency": ("紧急联系人", "应急联系人"),
    "owner": ("房东", "房主", "产权人", "业主", "房屋所有人", "房屋产权人", "出租人", "房屋所有权人"),
    "head": ("户主",),
    "legal": (
        "法定代表人", "法人代表", "法人", "负责人", "经营者", "单位负责人", "企业负责人", "主要负责人", "场所负责人", "店主",
        "法定代表人(负责人)", "负责人(法人)", "法人(负责人)", "业主(负责人)", "经营者(负责人)",
    ),
    "vehicle_owner": ("车主", "车辆所有人", "机动车所有人"),
}  # fmt: skip
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
OTHERS = (
    "配偶", "丈夫", "妻子", "爱人", "子女", "儿子", "女儿", "父亲", "母亲", "父母", "父", "母", "亲属", "家属", "亲戚", "兄弟",
    "姐妹", "祖父", "祖母", "外祖", "邻居", "联系人", "介绍人", "经办人", "填表人", "填报人", "审核人", "检查人", "排查人", "走访人",
    "探访人", "巡查人", "巡访人", "帮扶人", "帮扶", "责任人", "包保", "包联", "包户", "干部", "网格员", "网格长", "楼组长", "组长",
    "医生", "护士", "民警", "教师", "班主任", "老师", "社工", "承租人", "租客", "租户", "使用人", "管理人", "管理员", "安全员",
    "受益人", "继承人", "担保人", "证明人", "委托人", "代理人", "服务人员", "服务员", "调解员", "调解人", "当事人", "被", "督导",
    "雇主", "书记", "主任", "随行", "同住", "随迁", "雇", "登记人", "采集人", "收款人", "结对", "助老员", "助残", "开户人", "户名",
    "入党介绍", "培养联系", "经手人", "保管人", "村医", "公安", "警", "律师", "探视", "申报人", "矫正小组", "管护", "养护",
)  # fmt: skip
# Words that make another thing of the same name: another time, a plan, a change, a total.
TURNS = (
    "原", "拟", "曾", "前", "上年", "去年", "上一年", "本年", "本月", "上月", "当年", "历年", "近", "变更", "调整", "新", "旧", "计划",
    "预计", "预约", "第二", "第三", "其他", "备用", "年度", "季度", "检查", "整改", "巡查", "核查", "复查", "审核", "审批", "申请",
)

# The subject of a roster of people, as departments call it.
SELVES = (
    "本人", "个人", "人员", "居民", "村民", "居民个人", "对象", "申请人", "申请对象", "成员", "家庭成员", "人口", "常住人口",
    "流动人口", "户籍人口", "来沪人员", "老人", "老年人", "高龄老人", "独居老人", "空巢老人", "失能老人", "长者", "残疾人",
    "残疾人员", "残疾对象", "患者", "病人", "精神障碍患者", "慢病患者", "育龄妇女", "妇女", "孕产妇", "党员", "退役军人",
    "退役士兵", "军人", "优抚对象", "志愿者", "矫正对象", "社区矫正对象", "矫正人员", "安置帮教对象", "帮教对象", "吸毒人员",
    "参保人", "参保人员", "参保对象", "被保险人", "失业人员", "就业人员", "从业人员", "低保对象", "低保人员", "保障对象", "救助对象",
    "特困人员", "特困对象", "受助人", "服务对象", "走访对象", "探访对象", "补贴对象", "发放对象", "领取人", "享受人", "受种者",
    "签约居民", "签约对象", "困难群众", "困境儿童", "留守儿童", "留守妇女", "留守老人", "留守人员", "境外人员", "外籍人员", "儿童",
    "学生", "幼儿", "婴儿", "婴幼儿", "孩子", "少年儿童", "青少年", "未成年人", "职工", "员工", "群众", "被访人", "重点人员", "人才",
    "暂住人员", "暂住人", "流入人员", "外来人员", "参战人员", "死亡人员", "服刑人员", "刑满释放人员", "高龄对象", "被登记人",
)  # fmt: skip
CHILDREN = frozenset({"儿童", "学生", "幼儿", "婴儿", "婴幼儿", "孩子", "少年儿童"})
CHILD_TITLES = "儿童|学生|学龄|幼儿|婴|孩|未成年|青少年|入学|学前|接种|少年|困境|留守"
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
BY_SUBJECT: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        ("地址", "详细地址", "住址", "详址"),
        {
            "person": "person.residence_address",
            "household": "person.residence_address",
            "dwelling": "dwelling.address",
            "organization": "organization.address",
        },
    ),
    **dict.fromkeys(("坐落", "坐落位置"), {"dwelling": "dwelling.address", "asset": "asset.location"}),
    "坐落地址": {"dwelling": "dwelling.address", "asset": "asset.location"},
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
    "person.self_care_ability": dict.fromkeys(("能力等级", "失能等级"), "老|失能|照护|护理|残疾|养老"),
    "person.medical_insurance_paid": dict.fromkeys(("是否参保", "参保"), "医保|医疗"),
    "person.medical_insurance_type": dict.fromkeys(("参保类型", "参保险种", "险种"), "医保|医疗"),
    "person.pension_insurance_type": dict.fromkeys(("参保类型", "参保险种"), "养老保险|城居保|城乡居保"),
    "person.support_mode": dict.fromkeys(("供养方式",), "特困|供养|五保|救助|低保|集中"),
    "person.vaccinated": dict.fromkeys(("接种情况",), "疫苗|接种"),
    "person.workplace": dict.fromkeys(("单位",), "就业|职工|流动|人口|居民|人才|来沪|务工"),
}
# Labels bound only in a roster of their own entity, because elsewhere they speak of something else.
OWN_SUBJECT_ONLY = frozenset(
    "安全等级 结构类型 安全隐患 隐患类型 存在隐患 隐患情况 消防隐患 用气类型 层数 楼层数 室号 幢号 门牌号 房号 数量 原值 原值元 "
    "地点 存放地点 备注 说明 其他 走访日期 走访时间 状态 面积 用途 车型".split()  # noqa: SIM905
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

FURTHER_LABELS: Mapping[str, str] = {
    "person.name": "名字",
    "person.birth_date": "出生时间 出生年月日",
    "person.age": "现年龄 年龄周岁",
    "person.marital_status": "婚姻状态 婚姻",
    "person.political_status": "政治面目",
    "person.education": "最高学历 文化水平 学历情况 学历文化程度 文化程度学历",
    "person.occupation": "从事工作 现从事职业",
    "person.workplace": "工作单位名称 所在单位 从业单位名称 就业单位名称 现工作单位 工作单位全称",
    "person.registered_address": "户籍住址 户籍所在地址 户籍所在地详细地址 户口所在地详细地址 户口所在地址 户籍地详细地址 户籍地址详址 "
    "户籍详址 户口簿地址 户籍地住址 户口住址 户籍地地址 户籍详细住址 户籍所在地详址 户籍地详址 户口详细地址 户籍门牌地址 户籍居住地址",
    "person.residence_address": "现居地址 现居住地详细地址 居住地详细地址 实际居住地址 现住详细地址 现居住详细地址 家庭详细地址 "
    "家庭详细住址 家庭居住地址 居住详细地址 常住地址 常住地详细地址 暂住地址 暂住地详细地址 现住详址 居住地地址 现居住地地址 现详细住址 "
    "详细住址 居住住址 现家庭住址 实际居住地详细地址 实际住址 实际居住详细地址 暂住详细地址 现住门牌地址",
    "person.move_in_date": "入住时间 来本地日期 流入日期 迁入时间 来本市时间 来本市日期",
    "person.move_out_date": "离开日期 流出日期 迁出时间",
    "person.inflow_reason": "暂住原因 流入事由 居住原因 来本地事由",
    "person.residence_permit_number": "居住证号码 居住证编码",
    "person.death_date": "去世日期",
    "person.party_join_date": "入党年月 加入党组织时间 加入党组织日期 加入中国共产党时间",
    "person.party_regular_date": "转正年月 转为正式党员时间 转为正式党员日期",
    "person.party_branch": "党支部名称 所在支部名称 组织关系所在党支部 所属党支部 所在党支部名称 所属支部名称",
    "person.enlist_date": "入伍年月 参军日期 入伍年月日",
    "person.discharge_date": "退伍时间 退役年月 退伍年月",
    "person.veteran_category": "优抚类别 优抚对象类型 优抚类型 优抚对象种类",
    "person.self_care_ability": "自理程度 生活自理情况 生活自理程度 自理能力等级 失能程度 生活能否自理 自理状况 生活自理能力等级",
    "person.elderly_allowance_standard": "高龄津贴 高龄津贴金额 高龄补贴标准 月高龄津贴 高龄津贴发放标准 津贴金额 月津贴标准 月补贴标准",
    "person.bank_name": "开户银行名称 开户行名称 开户银行全称 开户行全称",
    "person.bank_account": "银行账户 开户账号 银行卡账号 银行卡卡号 一卡通卡号 惠民一卡通账号 收款账号 个人银行账号 本人银行账号 "
    "银行卡 银行存折账号 开户银行账号 发放账号 一卡通号",
    "person.is_low_income": "是否低保对象 是否享受低保 是否低保家庭 是否低保人员",
    "person.low_income_category": "救助对象类型 救助类型 社会救助类别",
    "person.low_income_amount": "月低保金 低保金标准 月低保金额 月保障金额 月保障金",
    "person.support_mode": "特困人员供养方式",
    "person.is_disabled": "是否残疾人员 是否持证残疾人",
    "person.disability_certificate": "残疾人证编号 残疾证编号 残疾人证号码 残疾证件号 残疾人证 残疾证 残疾人证件号",
    "person.disability_category": "残疾种类 残疾人类别",
    "person.disability_level": "残疾程度等级 残疾人等级",
    "person.health_status": "身体健康状况 身体情况 健康状态",
    "person.chronic_disease": "慢病种类 慢性病名称 慢性病种类 所患慢性病 患病名称 患何种疾病 疾病名称 慢性病情况 患病种类 患有疾病 慢病类型 "
    "慢性病类型 主要慢性病 患慢性病情况",
    "person.health_record_number": "居民健康档案号 健康档案号 居民健康档案编号 健康档案号码",
    "person.family_doctor": "家庭医生姓名 签约医生姓名 签约家庭医生 签约家庭医生姓名",
    "person.vaccinated": "疫苗接种情况 是否已接种疫苗",
    "person.children_count": "子女数量 子女个数 现有子女人数 孩子数 现有子女数量",
    "person.medical_insurance_type": "医疗保险种类 医保类别 医疗保险参保类型 参保类型 参保险种 医保险种 医保参保险种 险种 基本医疗保险类型 "
    "医疗保险类别",
    "person.medical_insurance_paid": "是否参加医疗保险 医保是否参保 是否参加基本医疗保险 是否缴纳医疗保险 是否有医保",
    "person.pension_insurance_type": "养老保险种类 养老保险险种 养老保险类别 参保类型 参保险种",
    "person.pension_amount": "每月养老金 月退休金 月养老金额 月领取养老金 养老金退休金",
    "person.registered_unemployed": "是否失业登记 是否登记失业人员 是否办理失业登记",
    "person.monthly_income": "本人月收入",
    "person.annual_income": "本人年收入",
    "person.school": "学校名称 就读学校名称 所在学校名称 现就读学校 所读学校 就读院校 所在院校",
    "person.grade": "所在年级 在读年级 现读年级",
    "person.student_number": "学籍号码 全国学籍号",
    "person.left_behind_type": "留守类型 留守人员类别 留守类别",
    "person.is_mental_disorder": "是否严重精神障碍患者",
    "person.mental_risk_level": "危险性评级 危险等级 危险行为评估等级 危险性评估",
    "person.is_released_prisoner": "是否刑满释放人员",
    "person.is_volunteer": "是否注册志愿者",
    "person.volunteer_hours": "累计服务时长 累计志愿服务时长 志愿服务总时长",
    "person.care_frequency": "走访频率 探访频率 巡访频率 关爱频次 探访关爱频次",
    "person.last_visit_date": "最近走访时间 最近探访日期 最近一次走访时间 最近一次探访时间 最近一次走访日期 最近一次探访日期 "
    "最近探视时间 末次走访日期 上次走访时间",
    "person.relation_to_head": "同户主关系 与户主的关系 户主关系 与户主之关系",
    "person.caregiver_relation": "与照护人关系 与照料护理人关系 与护理人关系",
    "person.household_consistency": "是否人户一致",
    "household.number": "户编码 家庭户编号 户口簿编号 家庭户号 户口本号",
    "household.type": "户口类型 户籍类型 户籍类别",
    "household.registered_count": "户籍人口 家庭户籍人口 家庭户籍人口数 户口人数 户籍人口总数",
    "household.resident_count": "家庭常住人口 家庭常住人口数 家庭成员数 家庭成员人数 家庭总人口 家庭总人口数 家庭人口总数 户内人口数 "
    "家庭成员总数 常住人口 家庭常住人数",
    "household.annual_income": "家庭年总收入 家庭年均收入 家庭全年收入",
    "household.per_capita_income": "家庭人均年收入 年人均收入 家庭年人均收入",
    "household.land_area": "承包面积 承包耕地面积 土地承包面积 家庭承包地面积 家庭承包面积 承包土地面积 耕地",
    "household.homestead_area": "宅基地占地面积 宅基地用地面积",
    "household.is_poverty_relieved": "是否建档立卡脱贫户",
    "dwelling.code": "房屋代码",
    "dwelling.address": "房屋详址 房屋所在地址 出租房屋地址 出租屋地址 房屋坐落地址 房屋坐落位置 住房地址 出租房屋坐落 房屋位置",
    "dwelling.building": "楼栋号 楼幢号 栋号 幢 栋",
    "dwelling.room": "室 房屋室号",
    "dwelling.area_sqm": "房屋建筑面积 住房面积 住房建筑面积 总建筑面积",
    "dwelling.use": "房屋使用性质 房屋使用用途",
    "dwelling.structure": "房屋结构类型 建筑结构类型 结构形式 房屋结构形式 住房结构 房屋建筑结构 结构",
    "dwelling.floors": "建筑层数 总层数 房屋总层数 楼层总数",
    "dwelling.built_year": "建造年份 建设年代 建房年份 建成时间 房屋建造年代 房屋建成年代 房屋建造时间 建筑年代 建房时间",
    "dwelling.safety_level": "房屋鉴定等级 鉴定等级 房屋危险等级 房屋安全鉴定等级 危房鉴定等级 房屋危险性等级",
    "dwelling.is_rented": "是否出租屋 房屋是否出租",
    "dwelling.rented_rooms": "出租屋间数",
    "dwelling.tenant_count": "租客数 租户人数 承租人数量 租房人数",
    "dwelling.fire_hazard": "消防安全隐患 存在的隐患 存在安全隐患 存在的安全隐患 安全隐患情况 消防隐患情况 隐患描述 存在消防隐患",
    "dwelling.gas_type": "燃气种类 使用燃气类型 用气种类 用气方式",
    "organization.name": "企业单位名称 单位场所名称 场所单位名称 经营单位名称 商铺名称 店名 门店名称 公司名称 个体户名称 社会组织名称 "
    "市场主体名称 合作社名称 单位全称 企业全称 企业名称全称 商户店铺名称 沿街商铺名称 企业商户名称 经营户名称 单位企业名称 机构全称",
    "organization.uscc": "统一信用代码 营业执照号码 营业执照编号 社会统一信用代码 营业执照注册号 统一社会信用代码号",
    "organization.type": "机构类型 场所类别 单位类别 企业类别 机构类别 商户类型 场所类型类别",
    "organization.address": "企业地址 单位详细地址 经营场所地址 店铺地址 场所详细地址 机构地址 商户地址 企业注册地址 企业经营地址 经营场所 "
    "商铺地址 单位地址详址",
    "organization.legal_person": "法定代表人负责人 负责人法人 法人负责人",
    "organization.employee_count": "从业人员 员工数 职工数 用工人数 从业人员数量 员工总数 职工总数 员工数量",
    "organization.extinguishers": "灭火器数 灭火器个数 灭火器具",
    "vehicle.plate": "车辆牌号 号牌 车牌照号 机动车号牌 车辆号牌 车辆号牌号码 车牌照 机动车号牌号码 电动自行车号牌 车辆牌照号 电动车牌号 "
    "电动自行车牌号",
    "vehicle.type": "车辆种类 机动车类型",
    "asset.name": "资产设施名称",
    "asset.category": "资产种类",
    "asset.original_value": "资产原值 账面原值",
    "asset.location": "资产坐落 坐落地点 存放位置 放置地点 资产坐落位置 资产位置 资产所在位置 设施位置",
    "event.title": "事件简称",
    "event.occurred_at": "事件发生时间 发生日期",
    "event.place": "事件地点 事件发生地点",
    "event.reporter": "反映人姓名 上报人姓名 来访人姓名 报告人姓名 信访人 信访人姓名",
    "event.status": "办结状态 处置状态 办理结果 办理进度状态",
    "area.district": "所属区县 所在区县 区县名称",
    "area.town": "所属街道 所属乡镇 所属街镇 街镇 所在街道 所在乡镇 街镇名称 乡镇名称 街道名称 所属乡镇街道 所在镇街 所属街道乡镇 街道乡镇 "
    "街道镇 镇街道 镇乡街道 街道乡镇名称 乡镇街道名称 所属镇街道 所在街镇",
    "area.community": "所在村 所属村 所在社区 村名 社区名称 村居名称 行政村 所在村居 村居民委员会 居委会 村居委 所属居委 居委 村民委员会 "
    "所属村居委 所属居委会 社区村 所在社区村 所属社区村 所属村社区 所在村社区 居村委 居村委会 村委会 所属居村 居村 村社区名称 行政村社区 "
    "居村名称 居委村 村居社区 所属居村委 社区居委会 所属居村委会",
    "area.grid": "所在网格 责任网格 所属网格名称",
    "area.grid_worker": "网格员姓名 责任网格员 社区网格员 所属网格员",
    "area.microgrid": "微网格名称 所在微网格",
}

ROW_NUMBERS = frozenset({"序号", "序", "no", "行号", "顺序号", "编序", "序列号", "序次", "项次", "№"})
