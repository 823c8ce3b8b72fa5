"""What systems do, in one closed list: only so can two applications be compared."""

from django.db.models import TextChoices


class Function(TextChoices):
    """A function (功能). The last four are forbidden, see `portal.systems.prohibited`."""

    COLLECT = "collect", "信息采集登记"
    VISITS = "visits", "走访探访"
    INSPECTION = "inspection", "巡查检查"
    EVENTS = "events", "事件上报处置"
    FORMS = "forms", "报表填报"
    SUBSIDIES = "subsidies", "补贴津贴申领发放"
    SERVICES = "services", "便民服务办事"
    APPOINTMENTS = "appointments", "预约排队"
    NOTICES = "notices", "通知公告宣传"
    TRAINING = "training", "学习培训"
    MEETINGS = "meetings", "会议活动"
    ASSETS = "assets", "资产设备管理"
    MONITORING = "monitoring", "视频和物联监测"
    STATISTICS = "statistics", "统计分析展示"
    MESSAGING = "messaging", "工作沟通"
    VOLUNTEERS = "volunteers", "志愿服务"
    HEALTH = "health", "健康管理"
    MEDIATION = "mediation", "矛盾调解信访"
    CLOCK_IN = "clock_in", "打卡签到"
    POINTS = "points", "积分排名"
    ONLINE_TIME = "online_time", "在线时长统计"
    FORCED_INSTALL = "forced_install", "强制安装关注"


PROVIDED = frozenset({Function.COLLECT, Function.EVENTS, Function.FORMS, Function.STATISTICS})
"""What the portal does for every department already."""
