"""Whether parents told of one time, or of how it mostly goes."""

from __future__ import annotations

import pytest

from bot.care.scenes import is_general

GENERAL = [
    "boos",
    "Ze luistert niet.",
    "Het was gezellig.",
    "Hij luistert nooit naar mij als ik iets vraag.",
    "Ze is altijd zo bang voor alles wat nieuw is.",
    "Elke ochtend is het gedoe met de jas en de schoenen.",
    "Meestal loopt het mis rond het eten en dan wordt het ruzie.",
    "We hebben vaak ruzie over het scherm en dan gaat de deur dicht.",
    "Ieder weekend wil ze niet mee naar haar papa.",
    "Telkens als ik bel begint hij aan mijn arm te trekken.",
    "Elke maandag is het mis met zwemmen en wil ze niet mee.",
    "Altijd om zes uur begint het gezeur over het eten.",
    "ze huilt dikwijls als ik haar naar school breng",
    "???",
]
ONE_TIME = [
    "Gisteren gooide ze haar bord van tafel.",
    "Vanochtend wilde hij zijn jas niet aan en bleef hij in de gang zitten.",
    "Ik kwam thuis en toen lag er overal verf.",
    "Hij zei dat ik nooit tijd voor hem heb.",
    "“Ga weg,” riep ze, en ze trok de deken over haar hoofd.",
    "Om half acht stond ze nog in haar pyjama en begon ze te huilen.",
    "Rond 18.30 uur liep ze weg van tafel met haar bord in de hand.",
    "We liepen naar de bakker en hij pakte mijn hand vast, zomaar.",
    "In de winkel ging ze op de grond liggen en bleef ze gillen.",
    "Normaal is ze altijd stil, maar vanavond vertelde ze alles over school.",
    "ze schreeuwde dat ze mij haat",
    "Zaterdag bakten we samen een taart die helemaal mislukte.",
    "daarstraks viel ze van de trap en kwam ze meteen naar mij",
]


@pytest.mark.parametrize("text", GENERAL)
def test_how_it_mostly_goes_is_general(text: str) -> None:
    assert is_general(text)


@pytest.mark.parametrize("text", ONE_TIME)
def test_one_time_is_not(text: str) -> None:
    assert not is_general(text)
