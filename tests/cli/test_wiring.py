"""The words of a wiring at the command line: one place for check, graph and step."""

import json

import pytest

from rnnsym.cli import main
from rnnsym.core.mathtree import Symbol
from rnnsym.core.names import Fixed, Name, Point, Role
from rnnsym.notation import text

WIRINGS = [
    "--bidirectional",
    "--layers 2",
    "--stack gru,elman",
    "--decoder gru --feedback soft --context",
    "--layers 2 --bidirectional --decoder elman --feedback hard",
    "--pattern one_to_many",
    "--pattern language_model",
    "--pattern sequence_to_vector",
]


@pytest.mark.parametrize("words", [WIRINGS[0], WIRINGS[3], WIRINGS[6]])
def test_a_check_takes_it(words, capsys):
    assert main(["check", "elman", *words.split(), "--examples", "1", "--sizes", "T=2", "H=2", "B=2"]) == 0
    assert "All right" in capsys.readouterr().out


@pytest.mark.parametrize("words", WIRINGS)
def test_every_walk_takes_it(words, capsys):
    assert main(["step", "elman", "--text", "hell", "--plain", *words.split()]) == 0
    assert "reads 'hell' and predicts each next character" in capsys.readouterr().out


@pytest.mark.parametrize("words", WIRINGS)
@pytest.mark.parametrize("form", ["--ascii", "--values", "--rolled", "--json"])
def test_a_graph_of_it_is_drawn_in_any_form(words, form, capsys):
    assert main(["graph", "elman", "--steps", "2", "--width", "300", form, *words.split()]) == 0
    assert capsys.readouterr().out


def test_the_seam_is_named_where_it_is_not_drawn(capsys):
    assert main(["graph", "elman", "--decoder", "elman", "--width", "120"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("Not drawn"))
    assert line == f"Not drawn: {symbol('encoder', 3)} to {symbol('decoder', 0)}."


def symbol(layer, t):
    return text(Symbol(Name(Role.CARRY, "h", (layer,)), Fixed(Point(0, t))))


def test_a_sheet_names_weights_and_inputs_by_where_they_stand(capsys):
    args = ["step", "elman", "--json", "--set", "encoder.W=.6", "decoder.W=.5", "V=1", "--decoder", "elman"]
    assert main([*args, "--x", "encoder.x=", "1", "2", "--x", "decoder.x=", "0", "1", "--target", "1", "_"]) == 0
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["cell"] == "encoder_decoder(Elman, Elman, teacher)"
    assert sheet["parameters"]["encoder.W"] == [[0.6]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check lstm --layers 2 --stack gru", "layers and stack exclude each other"),
        ("check lstm --feedback soft", "feedback is for a decoder"),
        ("check lstm --decoder gur", "unknown cell 'gur'"),
        ("check lstm --pattern tagin", "Did you mean 'tagging'?"),
        ("graph lstm --bidirectional --pattern language_model", "has seen it already"),
        ("step elman --x 1 --pattern many_to_one", "--pattern is for a text"),
        ("step elman --set W=1 --x 1 --layers 2", "Known: layer1.W, layer1.U"),
    ],
)
def test_what_does_not_fit_is_a_sentence(arguments, message, capsys):
    assert main(arguments.split()) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wiring", "said"),
    [
        (["--bidirectional"], "Not drawn: h←ₜ₊₁ comes from the step after."),
        (["--decoder", "elman"], "Not drawn: h_dec,₀ = h_enc,T."),
    ],
)
def test_a_rolled_graph_says_what_one_step_cannot_show(wiring, said, capsys):
    assert main(["graph", "elman", "--rolled", *wiring]) == 0
    assert said in capsys.readouterr().out.splitlines()
