"""HTML, entities and lengths as Telegram counts them."""

import pytest

from bot.simulator import ApiError
from bot.simulator.text import find_entities, formatted, parse_html, utf16_length, utf16_slice


def test_html_becomes_text_with_entities_in_utf16_units() -> None:
    text, entities = parse_html(
        "😀 <b>dik <i>schuin</i></b> &lt;&amp;&#39; <a href='https://x.be/?a=1&amp;b=2'>link</a>"
    )
    assert text == "😀 dik schuin <&' link"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 10},
        {"type": "italic", "offset": 7, "length": 6},
        {"type": "text_link", "offset": 18, "length": 4, "url": "https://x.be/?a=1&b=2"},
    ]
    assert [utf16_slice(text, e["offset"], e["length"]) for e in entities] == ["dik schuin", "schuin", "link"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<u>a</u>", "underline"),
        ("<ins>a</ins>", "underline"),
        ("<s>a</s>", "strikethrough"),
        ("<tg-spoiler>a</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">a</span>', "spoiler"),
        ("<code>a</code>", "code"),
        ("<blockquote>a</blockquote>", "blockquote"),
        ("<blockquote expandable>a</blockquote>", "expandable_blockquote"),
    ],
)
def test_each_tag_has_its_entity(source: str, kind: str) -> None:
    assert parse_html(source) == ("a", [{"type": kind, "offset": 0, "length": 1}])


def test_code_inside_pre_gives_its_language() -> None:
    assert parse_html('<pre><code class="language-python">x</code></pre>')[1] == [
        {"type": "pre", "offset": 0, "length": 1, "language": "python"}
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<b>dik", 'Can\'t find end tag corresponding to start tag "b"'),
        ("dik</b>", "Unexpected end tag at byte offset 3"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("1 < 2 > 0", 'Unsupported start tag "" at byte offset 2'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(source: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


def test_commands_links_and_addresses_are_found() -> None:
    text = "/start@draaglicht_bot kijk op https://t.me/x?start=1. Mail a@b.nl of @naam_1 #rust 1/2"
    found = [(e["type"], utf16_slice(text, e["offset"], e["length"])) for e in find_entities(text)]
    assert found == [
        ("bot_command", "/start@draaglicht_bot"),
        ("url", "https://t.me/x?start=1"),
        ("email", "a@b.nl"),
        ("mention", "@naam_1"),
        ("hashtag", "#rust"),
    ]


def test_blank_edges_are_cut_and_entities_move_along() -> None:
    text, entities = formatted("\n  <b>dag</b>  ", "HTML", None, limit=10, too_long="")
    assert (text, entities) == ("dag", [{"type": "bold", "offset": 0, "length": 3}])


def test_the_limit_counts_utf16_units_after_parsing() -> None:
    assert utf16_length("😀a") == 3
    assert formatted("<b>" + "😀" * 5 + "</b>", "HTML", None, limit=10, too_long="te lang")[0] == "😀" * 5
    with pytest.raises(ApiError, match="te lang"):
        formatted("😀" * 5 + "a", None, None, limit=10, too_long="te lang")
