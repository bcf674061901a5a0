"""Names, places and goods the demo company's world is made of. All invented; likenesses are chance."""

GERMAN_STEMS = (
    "Nordlicht", "Alpenblick", "Rheintal", "Elbe", "Schwarzwald", "Hansa", "Märkische", "Bodensee", "Ostsee", "Eifel",
    "Spreewald", "Taunus", "Allgäu", "Weserland", "Lüneburger", "Müritz", "Donau", "Isar", "Saale", "Havel",
)  # fmt: skip
GERMAN_SECTORS = (
    ("Maschinenbau", "machinery"), ("Feinkost", "food"), ("Elektrotechnik", "electronics"),
    ("Textilhandel", "textiles"), ("Möbelwerkstätten", "furniture"), ("Gartenbau", "gardening"),
    ("Büroausstattung", "office supplies"),
    ("Medizintechnik", "medical"), ("Logistik", "logistics"), ("Gebäudedienste", "facility services"),
)  # fmt: skip
GERMAN_FORMS = ("GmbH", "GmbH", "AG", "KG", "GmbH & Co. KG", "e. K.")
GERMAN_CITIES = (
    ("Berlin", "Berlin", "10115"), ("München", "Bayern", "80331"), ("Köln", "Nordrhein-Westfalen", "50667"),
    ("Hamburg", "Hamburg", "20095"), ("Nürnberg", "Bayern", "90402"), ("Düsseldorf", "Nordrhein-Westfalen", "40213"),
    ("Lübeck", "Schleswig-Holstein", "23552"), ("Göttingen", "Niedersachsen", "37073"), ("Leipzig", "Sachsen", "04109"),
)  # fmt: skip
GERMAN_STREETS = ("Hauptstraße", "Goethestraße", "Am Mühlbach", "Bahnhofstraße", "Gewerbepark", "Lindenallee")
GERMAN_FIRST = ("Anna", "Jürgen", "Sabine", "Björn", "Käthe", "Thomas", "Ulrike", "Günther", "Marlene", "Felix", "Zoë")
GERMAN_LAST = ("Müller", "Schäfer", "Köhler", "Weiß", "Böhm", "Krüger", "Vogel", "Jäger", "Hoffmann", "Brandt", "Groß")

ENGLISH_STEMS = (
    "Harbour", "Kingsley", "Moorland", "Ashford", "Pennine", "Thames", "Clover", "Redwood", "Silverdale", "Windmill",
    "Oakfield", "Bramble", "Northgate", "Seaview", "Copperhill", "Larkspur",
)  # fmt: skip
ENGLISH_SECTORS = (
    ("Engineering", "machinery"), ("Foods", "food"), ("Electronics", "electronics"), ("Textiles", "textiles"),
    ("Interiors", "furniture"), ("Gardens", "gardening"), ("Office Supplies", "office supplies"),
    ("Medical", "medical"), ("Freight", "logistics"), ("Facilities", "facility services"),
)  # fmt: skip
ENGLISH_FORMS = ("Ltd", "Ltd", "plc", "LLP")
ENGLISH_CITIES = (
    ("London", "Greater London", "EC1A 1BB"), ("Leeds", "West Yorkshire", "LS1 4DY"), ("Bristol", "Bristol", "BS1 5TR"),
    ("Manchester", "Greater Manchester", "M1 1AE"), ("Norwich", "Norfolk", "NR2 1TF"), ("Exeter", "Devon", "EX1 1HS"),
)  # fmt: skip
ENGLISH_STREETS = ("High Street", "Station Road", "Mill Lane", "Church Road", "Dock Street", "Victoria Road")
ENGLISH_FIRST = ("Emily", "Oliver", "Grace", "Harry", "Amelia", "Jack", "Chloë", "George", "Isla", "Siobhán", "Noah")
ENGLISH_LAST = ("Smith", "Taylor", "O'Neill", "Walker", "Wright", "Hughes", "Clarke", "Bennett", "Fletcher", "Reid")

# characters and how they are written in Latin letters
CHINESE_CITIES = (
    ("上海", "Shanghai", "上海市", "200000"), ("深圳", "Shenzhen", "广东省", "518000"),
    ("杭州", "Hangzhou", "浙江省", "310000"), ("苏州", "Suzhou", "江苏省", "215000"),
    ("广州", "Guangzhou", "广东省", "510000"), ("厦门", "Xiamen", "福建省", "361000"),
)  # fmt: skip
CHINESE_STEMS = (
    ("华信", "Huaxin"), ("东方", "Dongfang"), ("天成", "Tiancheng"), ("瑞丰", "Ruifeng"), ("宏达", "Hongda"),
    ("金源", "Jinyuan"), ("博远", "Boyuan"), ("长江", "Changjiang"), ("恒通", "Hengtong"), ("明德", "Mingde"),
    ("新联", "Xinlian"), ("兴业", "Xingye"), ("泰和", "Taihe"), ("云峰", "Yunfeng"), ("嘉禾", "Jiahe"),
)  # fmt: skip
CHINESE_SECTORS = (
    ("机械", "Machinery", "machinery"), ("食品", "Foods", "food"), ("电子", "Electronics", "electronics"),
    ("纺织", "Textile", "textiles"), ("贸易", "Trading", "trading"), ("家具", "Furniture", "furniture"),
)  # fmt: skip
CHINESE_STREETS = ("中山路", "人民路", "建设大道", "解放路", "科技园路")
CHINESE_NAMES = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨磊", "赵敏", "黄强", "周杰", "吴丽", "徐明", "孙燕")
CHINESE_NAMES_LATIN = (
    "Zhang Wei", "Wang Fang", "Li Na", "Liu Yang", "Chen Jing", "Yang Lei", "Zhao Min", "Huang Qiang", "Zhou Jie",
    "Wu Li", "Xu Ming", "Sun Yan",
)  # fmt: skip
TRADITIONAL = str.maketrans(
    "华东丰达长兴业机电织贸张刘陈杨赵黄吴孙苏广门云联纺", "華東豐達長興業機電織貿張劉陳楊趙黃吳孫蘇廣門雲聯紡"
)

# group, product names, lowest and highest price
GOODS = (
    ("Desks", ("Standing desk", "Corner desk", "Folding desk", "Meeting table", "Reception desk"), 180, 690),
    ("Chairs", ("Task chair", "Visitor chair", "Conference chair", "Saddle stool", "Executive chair"), 70, 420),
    ("Lighting", ("LED panel", "Desk lamp", "Floor lamp", "Emergency light"), 25, 190),
    ("Storage", ("Filing cabinet", "Locker", "Shelf", "Mobile pedestal", "Key safe"), 45, 360),
    ("Acoustics", ("Wall absorber", "Desk screen", "Phone booth", "Ceiling sail"), 60, 980),
    ("Consumables", ("Paper, 5 reams", "Toner", "Whiteboard set", "Cleaning kit", "Cable tray"), 9, 75),
)
SUBJECTS = {
    "repair": ("Chair gas spring loses height", "Desk motor does not move", "LED panel flickers"),
    "complaint": ("Delivered in the wrong colour", "Parcel damaged", "Invoice differs from the quote", "Late delivery"),
    "enquiry": ("Asks for a brochure", "Which warranty applies?", "Lead time of standing desks", "询问产品目录"),
    "order": ("Wants to order again", "Change of delivery address", "Asks for a volume discount", "追加订单"),
}  # fmt: skip
FAULTS = {
    "Desks": ("Motor does not lift", "Edge has come loose", "Display shows E05", "Top is scratched", "桌面升降失灵"),
    "Chairs": ("Gas spring loses height", "Armrest broken", "Castor comes off", "Cover torn", "椅背松动"),
    "Lighting": ("Flickers", "Transformer hums", "Switch is stuck", "灯不亮"),
    "Storage": ("Lock jams", "Drawer does not close", "Key broken off", "抽屉卡住"),
}
COMMENTS = ("", "", "", "Quick and friendly.", "Had to call twice.", "Sehr freundlich, danke!", "Wartezeit zu lang.",
            "服务很好", "等待时间太长", "All good.")  # fmt: skip
