"""The vault: what is sealed opens in its own place and row only, with a key we have; and key files that are wrong."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.store.vault import KeyProblem, Unreadable, Vault, make_key_file, new_key, parse_keys, read_key_file

PLACE = "records.fields"
KEY, OTHER_KEY = bytes(range(32)), bytes(range(32, 64))
WRITTEN = base64.b64encode(KEY).decode()


def test_what_is_sealed_opens(vault: Vault) -> None:
    sealed = vault.seal(PLACE, 7, "Zöe 🌙".encode())
    assert vault.open(PLACE, 7, sealed) == "Zöe 🌙".encode()
    assert vault.open_text(PLACE, 7, vault.seal_text(PLACE, 7, "Zöe 🌙")) == "Zöe 🌙"
    assert vault.open_json(PLACE, 7, vault.seal_json(PLACE, 7, {"a": [1, None, "é"]})) == {"a": [1, None, "é"]}
    assert vault.open(PLACE, 7, vault.seal(PLACE, 7, b"")) == b""


def test_the_same_text_is_never_sealed_alike(vault: Vault) -> None:
    assert len({vault.seal(PLACE, 7, b"same") for _ in range(100)}) == 100


@pytest.mark.parametrize(("place", "row"), [(PLACE, 8), ("letters.text", 7), (PLACE, "7/1"), ("records.field", "s/7")])
def test_it_does_not_open_in_another_row_or_column(vault: Vault, place: str, row: int | str) -> None:
    with pytest.raises(Unreadable, match=f"{place} {row}: does not open"):
        vault.open(place, row, vault.seal(PLACE, 7, b"secret"))


def test_it_does_not_open_with_another_key_of_the_same_number(vault: Vault) -> None:
    with pytest.raises(Unreadable, match=r"records\.fields 7: does not open"):
        Vault([(1, OTHER_KEY)]).open(PLACE, 7, vault.seal(PLACE, 7, b"secret"))


def test_it_says_which_key_is_missing(vault: Vault) -> None:
    with pytest.raises(Unreadable, match=r"records\.fields 7: key 2 is not known"):
        vault.open(PLACE, 7, Vault([(2, KEY)]).seal(PLACE, 7, b"secret"))


def test_damage_is_noticed_wherever_it_is(vault: Vault) -> None:
    sealed = vault.seal(PLACE, 7, b"secret")
    for at in range(1, len(sealed)):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(Unreadable):
            vault.open(PLACE, 7, bytes(damaged))


def test_a_piece_of_it_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(PLACE, 7, b"secret")
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            vault.open(PLACE, 7, sealed[:length])
    with pytest.raises(Unreadable, match="there is nothing"):
        vault.open(PLACE, 7, None)


def test_what_is_wrong_is_said_without_content(vault: Vault) -> None:
    with pytest.raises(Unreadable) as caught:
        vault.open(PLACE, 8, vault.seal(PLACE, 7, b"secret"))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_first_key_seals_and_all_keys_open() -> None:
    old = Vault([(1, KEY)])
    both = Vault([(2, OTHER_KEY), (1, KEY)])
    assert both.open(PLACE, 7, old.seal(PLACE, 7, b"before")) == b"before"
    sealed = both.seal(PLACE, 7, b"after")
    assert sealed[0] == 2
    assert Vault([(2, OTHER_KEY)]).open(PLACE, 7, sealed) == b"after"
    with pytest.raises(Unreadable):
        old.open(PLACE, 7, sealed)


# --- keys as written --------------------------------------------------------------------------------------------------


def test_keys_are_written_with_commas_or_lines_and_remarks() -> None:
    second = base64.b64encode(OTHER_KEY).decode()
    wanted = [(2, OTHER_KEY), (1, KEY)]
    assert parse_keys(f"2:{second},1:{WRITTEN}", "KEYS") == wanted
    assert parse_keys(f"# new\n 2:{second}  # since March\n\n1:{WRITTEN}\n", "KEYS") == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "KEYS: there is no key; make one with 'draaglicht keys new'"),
        ("# nothing\n", "KEYS: there is no key; make one with 'draaglicht keys new'"),
        (WRITTEN, "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        (f"1:{WRITTEN}\n0:{WRITTEN}", "KEYS, line 2: not a key; write NUMBER:BASE64 with 32 bytes"),
        (f"256:{WRITTEN}", "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        (f"²:{WRITTEN}", "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        ("1:!!!!", "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        ("1:é", "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        ("1:c2hvcnQ=", "KEYS, line 1: not a key; write NUMBER:BASE64 with 32 bytes"),
        (f"1:{WRITTEN}\n\n1:{WRITTEN}", "KEYS, line 3: key 1 is there twice"),
    ],
)
def test_keys_that_are_wrong_give_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(KeyProblem) as caught:
        parse_keys(text, "KEYS")
    assert str(caught.value) == words


def test_a_vault_needs_a_key() -> None:
    with pytest.raises(KeyProblem, match="there is no key"):
        Vault([])


def test_a_fresh_key_can_be_read() -> None:
    (number, key) = parse_keys(new_key(3), "KEYS")[0]
    assert (number, len(key)) == (3, 32)
    assert new_key(3) != new_key(3)


# --- key files --------------------------------------------------------------------------------------------------------


def test_a_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "draaglicht.keys"
    make_key_file(path)
    keys = read_key_file(path)
    assert len(keys) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    make_key_file(path)
    assert read_key_file(path) == keys
    assert list(path.parent.iterdir()) == [path]


def test_a_key_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """Killed on the way, it must not leave an empty file that looks like a decision of the operator."""
    path = tmp_path / "draaglicht.keys"
    program = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from bot.store import vault

        def die(number):
            os._exit(9)

        vault.new_key = die
        vault.make_key_file(Path(sys.argv[1]))
        """
    )
    died = subprocess.run([sys.executable, "-c", program, str(path)], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == 9
    assert not path.exists()
    make_key_file(path)
    assert len(read_key_file(path)) == 1


@pytest.mark.parametrize("kind", ["missing", "folder", "not text"])
def test_a_key_file_that_cannot_be_read_gives_one_clear_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "draaglicht.keys"
    if kind == "folder":
        path.mkdir()
    elif kind == "not text":
        path.write_bytes(b"\xff\xfe\x00")
    reason = {"missing": "FileNotFoundError", "folder": "IsADirectoryError", "not text": "UnicodeDecodeError"}[kind]
    with pytest.raises(KeyProblem) as caught:
        read_key_file(path)
    assert str(caught.value) == f"{path}: cannot be read ({reason})"


def test_an_empty_key_file_gives_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "draaglicht.keys"
    path.touch()
    with pytest.raises(KeyProblem) as caught:
        read_key_file(path)
    assert str(caught.value) == f"{path}: there is no key; make one with 'draaglicht keys new'"


def test_a_key_never_stands_in_a_message(tmp_path: Path) -> None:
    path = tmp_path / "draaglicht.keys"
    path.write_text(f"one:{WRITTEN}")
    with pytest.raises(KeyProblem) as caught:
        read_key_file(path)
    assert WRITTEN not in str(caught.value)
    assert os.fspath(path) in str(caught.value)
