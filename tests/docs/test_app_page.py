"""The guide to the app names every command, with the keys that it has."""

import re
import tomllib
from pathlib import Path

from rnnsym_tui.model.commands import COMMANDS, identifier, spell
from rnnsym_tui.model.keymap import read

PAGE = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")


def test_every_command_stands_in_a_table_with_its_keys():
    rows = re.findall(r"^\| (\S.*?) \| .* \| `(\w+\.\w+)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == len(COMMANDS)
    assert {name: keys for keys, name in rows} == {identifier(c): " ".join(map(spell, c.keys)) for c in COMMANDS}


def test_the_file_of_keys_on_the_page_is_one():
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    assert set(read(example)) == set(tomllib.loads(example)["keys"])
