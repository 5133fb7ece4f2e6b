"""`rnnsym graph --format …`: what is written, and what is refused."""

import pytest

from rnnsym.cli import main
from support.dot import read_dot
from support.svg import check_picture


def run(capsys, *arguments):
    code = main(["graph", "elman", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_each_format_is_written(capsys):
    assert read_dot(run(capsys, "--format", "dot")[1]).edges
    assert run(capsys, "--format", "mermaid", "--rolled")[1].startswith("flowchart LR\n")
    light, dark = (run(capsys, "--format", "svg", "--values", "--theme", theme)[1] for theme in ("light", "dark"))
    assert light != dark
    check_picture(light)


def test_text_is_still_the_default(capsys):
    assert run(capsys)[1] == run(capsys, "--format", "text")[1]


def test_a_file_is_written_once(capsys, tmp_path):
    file = tmp_path / "graph.svg"
    arguments = ("--format", "svg", "--steps", "9", "--collapse", "--output", str(file))
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (0, "")
    assert err == f"rnnsym: wrote {file}\n"
    written = file.read_bytes()
    check_picture(written.decode())
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert "exists: choose another name, or replace it with --force" in err
    file.write_text("mine", encoding="utf-8")
    assert run(capsys, *arguments, "--force")[0] == 0
    assert file.read_bytes() == written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "svgg"], "Did you mean 'svg'"),
        (["--output", "graph.txt"], "--output needs --format dot, mermaid, svg"),
        (["--collapse"], "--collapse needs --format"),
        (["--format", "dot", "--from", "2"], "--collapse leaves steps out"),
        (["--format", "dot", "--rolled", "--collapse"], "no steps to collapse"),
        (["--format", "svg", "--theme", "dakr"], "Did you mean 'dark'"),
        (["--format", "svg", "--output", "no/such/folder/graph.svg"], "cannot be written"),
        (["--format", "svg", "--json"], "--json"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said, capsys):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
