"""Long words in parts that Telegram takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.outgoing import in_parts, length

TEXTS = st.text(st.sampled_from("ab \n😀é\u200d"), max_size=300)


@given(TEXTS, st.integers(4, 60))
def test_nothing_but_white_space_is_lost_and_no_part_is_too_long(text: str, room: int) -> None:
    parts = in_parts(text, room)

    assert all(length(part) <= room for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_cut_is_made_between_words() -> None:
    assert in_parts("een twee drie", 9) == ["een twee", "drie"]
    assert in_parts("kort", 9) == ["kort"]
    assert in_parts("", 9) == [""]
