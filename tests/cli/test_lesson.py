import pytest

from rnnsym import lessons
from rnnsym.cli import main


@pytest.mark.parametrize("arguments", [[], ["--list"]])
def test_lessons_are_listed(arguments, capsys):
    assert main(["lesson", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == lessons.names()


def test_one_page(capsys):
    assert main(["lesson", "bptt", "--page", "2"]) == 0
    assert capsys.readouterr().out == lessons.load("bptt").text(2)


def test_the_whole_lesson_in_ascii(capsys):
    assert main(["lesson", "bptt", "--ascii"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    lesson = lessons.load("bptt")
    assert all(f"\n{number}. " in out for number in range(1, len(lesson) + 1))


def test_on_a_terminal_the_app_opens(monkeypatch):
    opened = []
    monkeypatch.setattr("rnnsym.cli.lesson.interactive", lambda: True)
    monkeypatch.setattr("rnnsym.cli.lesson.open_app", lambda options: opened.append(options) or 0)
    assert main(["lesson", "bptt"]) == 0
    assert [options["lesson"] for options in opened] == ["bptt"]
    assert main(["lesson", "bptt", "--plain"]) == 0
    assert len(opened) == 1
