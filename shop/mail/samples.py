"""A sample of every letter: the blanks that each one is promised, for previews and for tests."""

from typing import Any


def samples(base_url: str) -> dict[str, dict[str, Any]]:
    """Return sample blanks by the name of the letter; links lead to ``base_url``."""
    shop = base_url.rstrip("/")
    order = {"order_number": "1001", "order_url": f"{shop}/orders/Zk3vX9mQ2pLr7TdYcB4hWn"}
    chapter = {
        "chapter_url": f"{shop}/free-chapter/{'Sample-link-' * 3}abcdefg",
        "leave_url": f"{shop}/unsubscribe/{'Sample-link-' * 3}abcdefg",
    }
    code = {
        "code": "CH-7KQX-M4",
        "code_saving": "10% off your first order",
        "code_ends": "December 13, 2026",
        "code_url": f"{shop}/go/CH-7KQX-M4?to=/shop",
    }
    return {**_about_orders(shop, order), **_to_readers(shop, chapter, code)}


def _about_orders(shop: str, order: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {
        "order_confirmed": {
            **order,
            "name": "Maya Okafor",
            "status_sentence": "Thank you. Your order is paid, and we are packing it.",
            "lines": [["Hip Hook × 1", "$149.00"], ["Tight Hip, Twisted Core, paperback × 2", "$49.90"]],
            "totals": [
                ["Subtotal", "$198.90"],
                ["Code RUN15", "−$29.84"],
                ["Shipping", "Free"],
                ["Total", "$169.06"],
            ],
            "address": "Maya Okafor\n12 Alder Street, Apt 4\nPortland, OR 97201\nUnited States",
            "shipping_name": "Standard shipping",
            "arrives": "Tue, Dec 1 – Fri, Dec 4",
        },
        "order_processing": {**order, "total": "$169.06"},
        "order_payment_failed": {**order, "total": "$169.06"},
        "order_refunded": {
            **order,
            "amount": "$49.90",
            "sentence": "We have taken back the two books, as you asked.",
        },
        "payment_returned": {
            **order,
            "amount": "$169.06",
            "sentence": "Your order was already paid, so we sent this second payment back at once.",
        },
        "order_shipped": {
            **order,
            "carrier": "USPS",
            "tracking_number": "9400 1000 0000 0000 0000 00",
            "arrives": "Tue, Dec 1 – Fri, Dec 4",
        },
        "order_withdrawn": {
            **order,
            "name": "Lena Brandt",
            "contact": "lena@example.com",
            "received": "December 1, 2026, 14:05:09 UTC",
            "goods": [["Hip Hook", "1"], ["Tight Hip, Twisted Core, paperback", "2"]],
            "reason": "The Hook is too tall for me.",
            "goods_back": "Send the goods back by December 15, 2026.",
            "money_back": "We refund what you paid by December 15, 2026.",
        },
        "order_links": {
            "links": [
                ["Order 1001, Nov 27, 2026", order["order_url"]],
                ["Order 1017, Dec 3, 2026", f"{shop}/orders/b8Rq5sVw1xNf6JtGzMhKyA"],
            ],
        },
        "staff_password": {"link": f"{shop}/admin/password/a-token"},
        "staff_stock_low": {
            "name": "Hip Hook",
            "sku": "HOOK-1",
            "pieces": "21",
            "sold": "49",
            "lasts": "12",
            "admin_url": f"{shop}/admin/products/HOOK-1",
        },
        "order_flagged": {
            "order_number": "1001",
            "sentence": "This order was paid twice. The second payment was sent back.",
            "admin_url": f"{shop}/admin/orders/1001",
            "total": "$169.06",
        },
    }


def _to_readers(shop: str, chapter: dict[str, str], code: dict[str, str]) -> dict[str, dict[str, Any]]:
    series = (
        *("series_self_check", "series_day", "series_day_sit", "series_day_drive", "series_day_run"),
        *("series_which_tool", "series_five_doubts", "series_code_ends"),
        *("bought_first_session", "bought_what_is_normal", "bought_going_on"),
    )
    return {
        "chapter_confirm": chapter,
        "chapter_reminder": chapter,
        "chapter_again": {**chapter, **code},
        "welcome": {**chapter, **code},
        **{name: {**chapter, **code} for name in series},
        "checkout_left": {
            "leave_url": chapter["leave_url"],
            "cart_url": f"{shop}/buy/again/a-signed-cart",
            "lines": [["Hip Hook", "1"], ["Hip Release Ball", "2"]],
        },
    }
