"""What a browser says it is, in the words of its owner: 微信 · 安卓手机."""

BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "QQBrowser": "QQ 浏览器",
    "QIHU": "360 浏览器",
    "360SE": "360 浏览器",
    "UCBrowser": "UC 浏览器",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""Most particular first: nearly all of them also say Chrome and Safari."""
SYSTEMS = {
    "HarmonyOS": "鸿蒙设备",
    "Android": "安卓手机",
    "iPhone": "苹果手机",
    "iPad": "苹果平板",
    "Windows": "Windows 电脑",
    "Macintosh": "苹果电脑",
    "Linux": "Linux 电脑",
}


def in_words(user_agent: str) -> str:
    """Browser and machine; says so where neither is known. The text itself is not kept: it could carry anything."""
    found = [next((name for sign, name in names.items() if sign in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or "不认识的设备"
