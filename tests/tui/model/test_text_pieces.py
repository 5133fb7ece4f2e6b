"""Spans, glyphs and the lines of keys: what the screens are set with."""

import pytest
from rich.cells import cell_len

from rnnsym_tui.model import keyline
from rnnsym_tui.model.commands import COMMANDS, PLACES, identifier, spell
from rnnsym_tui.model.glyphs import ASCII, UNICODE, can_write_unicode, choose, is_plain, quoted, shown
from rnnsym_tui.model.spans import Span, centred, line, plain, right, width, window, wrapped


def test_text_is_cut_and_filled_by_cells_not_by_characters():
    assert right("日本", 5) == " 日本"
    assert cell_len(right("日本語", 5)) == 5
    assert centred("ab", 6) == "  ab  "
    assert cell_len(centred("日本語", 4)) == 4


def test_a_window_shows_a_part_and_marks_what_is_beyond():
    spans = line("abc", Span("def", "strong"), "ghi")
    assert plain(window(spans, 0, 9, "…")) == "abcdefghi"
    assert plain(window(spans, 0, 5, "…")) == "abcd…"
    assert plain(window(spans, 4, 5, "…")) == "…fghi"
    assert plain(window(spans, 2, 5, "…")) == "…def…"


@pytest.mark.parametrize("left", range(8))
def test_a_window_on_wide_characters_has_its_width(left):
    spans = line("日本", Span("語語"), "日本")
    assert width(window(spans, left, 4, "…")) == 4


def test_prose_wraps_at_spaces_and_never_inside_a_formula():
    sentence = line("one two ", Span("a = b + c", "strong"), ", three four")
    assert [plain(found) for found in wrapped(sentence, 12)] == ["one two ", "a = b + c, ", "three four"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "en_GB.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, False),
        ({}, False),
    ],
)
def test_a_locale_that_is_named_c_is_plain(environment, expected):
    assert is_plain(environment) is expected


def test_ascii_is_chosen_where_the_encoding_cannot_write_the_signs():
    assert can_write_unicode("utf-8")
    assert not can_write_unicode("latin-1")
    assert not can_write_unicode("no-such-encoding")
    assert (choose(True), choose(False)) == (ASCII, UNICODE)


def test_ascii_signs_are_ascii():
    signs = [sign for sign in vars(ASCII).values() if isinstance(sign, str)]
    assert all(sign.isascii() for sign in signs)


def test_every_character_of_a_text_is_visible():
    assert [shown(c, UNICODE) for c in "a \n\t\x07"] == ["a", "␣", "⏎", "⇥", "�"]
    assert quoted(" ", ASCII) == "'_'"


def test_the_table_of_commands_names_each_once_and_no_key_twice_in_a_place():
    assert len({identifier(command) for command in COMMANDS}) == len(COMMANDS)
    for place in PLACES:
        keys = [key for command in COMMANDS if command.place == place for key in command.keys]
        assert len(set(keys)) == len(keys)
    assert all(command.keys and command.title and command.help for command in COMMANDS)


def test_the_line_of_keys_names_only_commands_that_exist():
    names = {command.name for command in COMMANDS}
    for entries in (keyline.STEP, keyline.LESSON):
        assert {name for found, _ in entries for name in found} <= names


@pytest.mark.parametrize("cells", [60, 80, 100, 160])
@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    ("entries", "screen", "first"),
    [
        (keyline.STEP, "step", " n next"),
        (keyline.DERIVE, "derive", " ↓ ↑ row"),
        (keyline.LESSON, "lesson", " n read on"),
    ],
)
def test_help_is_in_the_line_of_keys_at_any_width(cells, rows, entries, screen, first):
    lines = keyline.key_lines(entries, screen, COMMANDS, cells, rows, ascii_only=False)
    assert len(lines) == rows
    assert all(width(found) <= cells for found in lines)
    assert "? help" in plain(lines[-1])
    assert plain(lines[0]).startswith(first)


def test_keys_are_spelt_as_people_write_them():
    assert [spell(key) for key in ("pagedown", "ctrl+p", "left", "n")] == ["PgDn", "^P", "←", "n"]
    assert all(spell(key, ascii_only=True).isascii() for command in COMMANDS for key in command.keys)
