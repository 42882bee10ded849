"""What in a text may tell who writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.given_away import given_away

OWN = ["Fatima El Amrani", "Zjyn", "Ömer-Kaan"]

FOUND = [
    ("Mijn zoon Daan slaapt slecht.", ["Daan"]),
    ("daan was weer boos", ["daan"]),
    ("Ik woon in Gent en zij in Bergen op Zoom.", ["Gent", "Bergen op Zoom"]),
    ("We gaan naar den haag", ["den haag"]),
    ("Hij zit op basisschool De Klimop.", ["De Klimop"]),
    ("Mevrouw van der Linden belde.", ["Linden"]),
    ("Bel me op 06-12345678 of 0478 12 34 56", ["06-12345678", "0478 12 34 56"]),
    ("Of +32 478 12 34 56, of 0031612345678.", ["+32 478 12 34 56", "0031612345678"]),
    ("mail jan@voorbeeld.nl of kijk op www.voorbeeld.be/ons", ["jan@voorbeeld.nl", "www.voorbeeld.be/ons"]),
    ("ik ben @fatima_elamrani", ["@fatima_elamrani"]),
    ("t.me/fatima en voorbeeld.nl", ["t.me/fatima", "voorbeeld.nl"]),
    ("Dorpsstraat 12 bus 3", ["Dorpsstraat 12 bus 3"]),
    ("korte steenweg 8a in 3500 hasselt", ["steenweg 8a", "hasselt"]),
    ("Het is 1234 AB.", ["1234 AB"]),
    ("Lars' fiets, Bo's jas en Yassins tas", ["Lars", "Bo's", "Yassins"]),
    ("zjyns fiets", ["zjyns"]),
    ("Amrani, zei de juf", ["Amrani"]),
    ("ZJYN!", ["ZJYN"]),
    ("Daan en daan en Daan", ["Daan"]),
]
NOTHING = [
    "Ben je er nog? Lieve allemaal, elke dag is er een. Lot van de ouder.",
    "Vandaag, 12-03-2027, om 19:30 ging het goed. In 2027 en 2028 ook.",
    "Mijn ADHD en de TV. Op maandag, of op Maandag. Met Kerst naar Oma.",
    "Dat vind ik ook. 😊 Heerlijk! 1. Ademen 2. Tellen",
    "best lastig, een goed bos, het doel, de boom is geel",
    "Hij zei: Dat komt goed.\nIk was moe\n- Slapen\n- Eten",
    "GENOEG IS GENOEG",
    "",
]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_it_is_found_as_it_was_written(text: str, names: list[str]) -> None:
    assert given_away(text, OWN) == names


@pytest.mark.parametrize("text", NOTHING)
def test_ordinary_words_ask_nothing(text: str) -> None:
    assert given_away(text, OWN) == []


@given(st.text(), st.sampled_from(["Zjyn", "zjyn", "ZJYN", "Zjyns", "Zjyn's", "Fatima", "kaan"]), st.text())
def test_a_name_of_the_family_is_found_anywhere(before: str, name: str, after: str) -> None:
    text = f"{before} {name} {after}"
    assert any(name.casefold() in one.casefold() for one in given_away(text, OWN)) or "@" in text or "." in text


@given(st.text(alphabet=st.characters(categories=("Ll", "Zs", "Po"), exclude_characters="@./:"), max_size=300))
def test_it_never_fails_and_says_only_what_is_there(text: str) -> None:
    squeezed = " ".join(text.split())
    assert all(one in squeezed for one in given_away(text, OWN))
