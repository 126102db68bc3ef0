"""Who and what the demo shop invents: plainly fictional, every one of them."""

from datetime import timedelta

TAG = "demo"
BY = "demo data"
DAYS = 90
FIRST = (
    "Ada",
    "Bo",
    "Cleo",
    "Dev",
    "Esme",
    "Finn",
    "Gia",
    "Hugo",
    "Ines",
    "Jun",
    "Kai",
    "Lena",
    "Milo",
    "Nia",
    "Otis",
)
LAST = (
    "Sample",
    "Example",
    "Placeholder",
    "Testcase",
    "Mockup",
    "Dummy",
    "Fictional",
    "Specimen",
    "Stand-In",
)
CITIES = (
    ("US", "OR", "Sampleton", "97000"),
    ("US", "TX", "Example Springs", "75000"),
    ("US", "NY", "Placeholder Falls", "12000"),
    ("US", "CA", "Mock Bay", "94000"),
    ("CA", "ON", "Dummyville", "K0A 0A0"),
    ("GB", "", "Little Specimen", "EX1 1AA"),
    ("DE", "", "Musterstadt", "12345"),
    ("AU", "VIC", "Fictional Creek", "3999"),
)
# What is to be printed on the slips of which of the newest orders.
GIFT_NOTES = {
    3: "Happy birthday, Dad.\nFor all those hours at the wheel. Start gently, two minutes a side.\n\nYour Ada 🎂",
    9: "For the runner of the family, from all of us",
}
SHIPPING = {"US": 695, "CA": 1900}
BASKETS = (
    (("HOOK-1",), 26),
    (("SET-FULL",), 22),
    (("BALL-1",), 13),
    (("BOOK-PB",), 9),
    (("HOOK-1", "BALL-1"), 8),
    (("SET-READ",), 7),
    (("SET-GENTLE",), 7),
    (("BOOK-EB",), 8),
)
SOURCES = (
    ("hip-pain-from-sitting", 34),
    ("tight-hip-flexors-epidemic", 22),
    ("how-to-use-the-hip-hook", 15),
    ("hip-pain-while-driving", 12),
    ("hip-pain-after-running", 9),
    ("twisted-pelvis-realignment", 5),
    ("hip-flexor-anatomy", 3),
)
SLOTS = ("", "side", "end", "product")
LEDGER_NOTE = "demo orders"
READER_KEY = "demo-"
CART_KEY = "demo"
PAYMENT_ID = "pi_demo_"


DAY = timedelta(days=1)
