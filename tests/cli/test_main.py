import sys

import pytest

import rnnsym
from rnnsym.cli import COMMANDS, main


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rnnsym {rnnsym.__version__}\n"


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_names_every_command_and_the_exit_codes(word, capsys):
    assert main([word]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {command} " in out for command in COMMANDS)
    assert "exit codes: 0 done" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command, capsys):
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"  rnnsym {command} " in out
    assert "examples" in out


def test_an_unknown_command_suggests_the_nearest(capsys):
    assert main(["derve", "lstm"]) == 2
    assert "Did you mean 'derive'?" in capsys.readouterr().err


def test_an_unknown_option_suggests_the_nearest(capsys):
    assert main(["derive", "lstm", "--formt", "text"]) == 2
    assert "did you mean '--format'?" in capsys.readouterr().err


def test_the_app_is_refused_without_a_terminal(capsys):
    assert main([]) == 2
    caught = capsys.readouterr()
    assert not caught.out
    assert "needs a terminal" in caught.err


@pytest.mark.parametrize(("arguments", "options"), [([], {}), (["--reset"], {"reset": True})])
def test_the_app_opens_where_it_was_left_or_anew(arguments, options, monkeypatch):
    opened = []
    monkeypatch.setattr("rnnsym.cli.app.open_app", lambda asked: opened.append(asked) or 0)
    assert main(arguments) == 0
    assert opened == [options]


def test_reset_with_a_command_says_where_it_belongs(capsys):
    assert main(["--reset", "lstm"]) == 2
    assert "rnnsym step CELL --reset" in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("rnnsym.cli.app.open_app", interrupted)
    assert main([]) == 130
    assert capsys.readouterr().err == ""


def test_the_arguments_of_the_process_are_the_default(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["rnnsym", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("rnnsym ")
