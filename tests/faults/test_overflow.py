"""What waits on the disk while the database is away."""

from __future__ import annotations

from pathlib import Path

from bot.store.vault import Vault, new_key, parse_keys
from bot.telegram.overflow import Overflow, WithKind

VAULT = Vault(parse_keys(new_key(1), "test"))


def _updates(*numbers: int) -> list[WithKind]:
    return [({"update_id": number, "message": {"text": "Hij is weer weggelopen"}}, "update") for number in numbers]


def _all(overflow: Overflow) -> list[WithKind]:
    return [one for some in overflow.batches() for one in some]


def test_it_gives_what_it_got_in_order_also_to_another_process(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path / "overflow", VAULT)
    assert overflow.is_empty
    overflow.add(_updates(*range(700)))
    overflow.add(_updates(700))
    after = Overflow(tmp_path / "overflow", VAULT)
    assert not after.is_empty
    assert _all(after) == _updates(*range(701))


def test_nobody_can_read_along(tmp_path: Path) -> None:
    Overflow(tmp_path / "overflow", VAULT).add(_updates(1))
    assert b"weggelopen" not in (tmp_path / "overflow").read_bytes()
    assert (tmp_path / "overflow").stat().st_mode & 0o077 == 0


def test_what_came_while_it_was_emptied_stays(tmp_path: Path) -> None:
    overflow = Overflow(tmp_path / "overflow", VAULT)
    overflow.add(_updates(1))
    assert _all(overflow) == _updates(1)
    overflow.add(_updates(2))
    overflow.clear()
    assert _all(Overflow(tmp_path / "overflow", VAULT)) == _updates(1, 2), "another process knows of nothing"
    assert _all(overflow) == _updates(2)
    overflow.clear()
    assert overflow.is_empty
    assert not (tmp_path / "overflow").exists()


def test_a_line_that_a_killed_process_did_not_finish_was_not_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "overflow"
    Overflow(file, VAULT).add(_updates(1, 2))
    file.write_bytes(file.read_bytes()[:-10])
    overflow = Overflow(file, VAULT)
    overflow.add(_updates(3))
    assert _all(overflow) == _updates(1, 3)


def test_what_does_not_open_is_kept_and_holds_up_nothing(tmp_path: Path) -> None:
    file = tmp_path / "overflow"
    Overflow(file, Vault(parse_keys(new_key(2), "test"))).add(_updates(1))
    lost = file.read_bytes()
    overflow = Overflow(file, VAULT)
    overflow.add(_updates(2))
    assert _all(overflow) == _updates(2)
    assert file.with_suffix(".unreadable").read_bytes() == lost
