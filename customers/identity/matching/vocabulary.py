"""What words of names and addresses are known to mean."""

from typing import Final


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


PARTICLES: Final = _words("al bin da de del della den der di do dos du el ibn la le mac mc o san st ter ten van von zu")
"""They belong to the family's name behind them."""
TITLES: Final = _words("dr frau herr ii iii jr madam miss mme mr mrs ms prof sir sr")
FILLERS: Final = _words("and et the und y")
FAMILIES_OF_TWO: Final = _words(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 长孙 宇文 端木 独孤 南宫 呼延 西门"
)
FORMS: Final = {
    "company": "co", "corporation": "corp", "incorporated": "inc", "limited": "ltd", "mbh": "gmbh", "oyj": "oy",
    "pty": "ltd", "pte": "ltd",
}  # fmt: skip
"""Legal forms as they are shortened."""
CHINESE_FORMS: Final = {"股份": "plc", "有限": "ltd", "集团": "group"}
PLACES: Final = _words(
    "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川",
    "贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 太原 沈阳 大连 长春 哈尔滨 南京",
    "苏州 无锡 常州 南通 徐州 扬州 杭州 宁波 温州 嘉兴 绍兴 金华 台州 义乌 合肥 福州 厦门 泉州 南昌 济南 青岛",
    "烟台 潍坊 淄博 郑州 洛阳 武汉 长沙 广州 深圳 珠海 佛山 东莞 中山 惠州 汕头 南宁 桂林 海口 成都 贵阳 昆明",
    "西安 兰州 乌鲁木齐 呼和浩特 唐山 保定 昆山",
)
"""A Chinese firm's name begins with one as a rule."""
TRADES: Final = {
    "进出口": "trading", "国际": "international", "贸易": "trading", "商贸": "trading", "纺织": "textile",
    "电子": "electronic", "食品": "food", "机械": "machinery", "科技": "technology", "技术": "technology",
    "物流": "logistic", "化工": "chemical", "医药": "pharmaceutical", "药业": "pharmaceutical", "服装": "garment",
    "家具": "furniture", "实业": "industry", "工业": "industry", "投资": "investment", "电器": "electric",
    "电气": "electric", "汽车": "auto", "建筑": "construction", "建材": "material", "材料": "material",
    "信息": "information", "网络": "network", "软件": "software", "设备": "equipment", "能源": "energy",
    "环保": "environment", "包装": "packaging", "塑料": "plastic", "五金": "hardware", "玩具": "toy",
    "制造": "manufacturing", "工程": "engineering", "文化": "culture", "传媒": "media", "广告": "advertising",
    "咨询": "consulting", "农业": "agriculture", "钢铁": "steel", "金属": "metal", "生物": "biotech",
    "医疗": "medical", "教育": "education",
}  # fmt: skip
"""A Chinese firm's name ends with some, which its English name translates."""
FREE_MAIL: Final = _words(
    "126.com 163.com aol.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com mail.ru me.com",
    "msn.com outlook.com proton.me protonmail.com qq.com sina.com t-online.de web.de yahoo.com yandex.ru",
)
"""Where everybody may have an address: the domain says nothing of whose it is."""
SHORTENED: Final = {
    "avenue": "ave", "av": "ave", "boulevard": "blvd", "bvd": "blvd", "circuit": "cct", "close": "cl", "court": "ct",
    "crescent": "cres", "drive": "dr", "east": "e", "highway": "hwy", "lane": "ln", "north": "n", "parade": "pde",
    "place": "pl", "road": "rd", "saint": "st", "south": "s", "square": "sq", "str": "st", "strasse": "st",
    "street": "st", "terrace": "tce", "west": "w",
}  # fmt: skip
"""Words of addresses."""
