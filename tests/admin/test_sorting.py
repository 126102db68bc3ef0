"""The order of a list stands in its address, and the head of each column leads to its own."""

from flask.testing import FlaskClient

from shop.admin.sorting import asked

FIRSTS = {"name": False, "price": True}


def test_the_head_of_a_column_sorts_by_it_and_then_the_other_way_around() -> None:
    plain = asked({}, FIRSTS, otherwise="name", kept={"view": "all"})
    assert (plain.key, plain.descending, plain.aria) == ("name", False, "ascending")
    assert plain.address("price") == "view=all&sort=-price"
    assert plain.address("name") == "view=all&sort=-name"
    dear = asked({"sort": "-price"}, FIRSTS, otherwise="name", kept={})
    assert dear.address("price") == "sort=price"
    for nonsense in ("", "-", "--price", "colour", "price "):
        assert asked({"sort": nonsense}, FIRSTS, otherwise="-name", kept={}).word == "-name"


def test_what_has_no_value_comes_last_either_way() -> None:
    rows = {"a": 2, "b": None, "c": 1}
    for word, wanted in (("price", ["c", "a", "b"]), ("-price", ["a", "c", "b"])):
        order = asked({"sort": word}, FIRSTS, otherwise="name", kept={})
        assert order.arrange(rows, lambda row, _: rows[row]) == wanted


def test_sorted_lists_say_so_and_keep_their_days(onlooker: FlaskClient) -> None:
    page = onlooker.get("/admin/articles?sort=reads&from=2026-01-01&to=2026-02-01").text
    assert (
        'aria-sort="ascending"><a class="sort" href="?from=2026-01-01&amp;to=2026-02-01&amp;sort=-reads"'
        in page
    )
    assert page.count("aria-sort") == 1
