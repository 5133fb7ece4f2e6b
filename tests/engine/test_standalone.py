"""The standalone file runs with NumPy alone, agrees with itself, and finds a sign that was turned round."""

import ast
import re
import subprocess
import sys

import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.engine.standalone import WIDTH, small_sizes, standalone
from rnnsym.errors import InputError
from rnnsym.wiring import TOTAL_LOSS
from support.embedding import Embedding, OddTables
from support.networks import NETWORKS
from support.odd_cells import NoRecurrence
from support.own_cell import written_to


def network(cell, **options):
    return rs.Network(cell, 3, 4, 2, **options)


SUBJECTS = {
    "elman alone": lambda: rs.derive("elman"),
    "lstm alone": lambda: rs.derive("lstm"),
    "gru alone": lambda: rs.derive("gru"),
    "relu": lambda: rs.derive(network(rs.cells.Elman("relu"))),
    "gru tagger": lambda: rs.derive(network("gru", loss="cross_entropy", reduction="mean")),
    "gru of symbols": lambda: rs.derive(rs.Network("gru", rs.Vocabulary(5), 4, 2)),
    "embedding alone": lambda: rs.derive(Embedding),
    "odd tables": lambda: rs.derive(rs.Network(OddTables, rs.Vocabulary(5), 4, 2, pattern="one_to_many")),
    "lstm classifier": lambda: rs.derive(network("lstm", loss="cross_entropy", pattern="many_to_one")),
}


def source(derivation):
    return standalone(derivation.system, TOTAL_LOSS, derivation.title)


def alone(text, folder):
    """The finished process of the file, in an empty folder and without what is installed beside NumPy."""
    (folder / "network.py").write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, "-I", "network.py"], cwd=folder, capture_output=True, text=True)


def verdict(text, capsys):
    """What the file says of itself, run here."""
    module = {"__name__": "network"}
    exec(compile(text, "network.py", "exec"), module)
    code = module["main"]()
    return code, capsys.readouterr().out


@pytest.mark.parametrize("subject", ["elman alone", "lstm classifier"])
def test_the_file_runs_alone_and_says_ok(subject, tmp_path):
    done = alone(source(SUBJECTS[subject]()), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("ok: ")


def test_the_file_of_a_user_s_cell_runs_alone(tmp_path):
    done = alone(source(rs.derive(written_to(tmp_path))), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_gradient_is_checked(subject, capsys):
    derivation = SUBJECTS[subject]()
    code, said = verdict(source(derivation), capsys)
    errors = dict(re.findall(r"^(\S+) +relative error (\S+)$", said, re.MULTILINE))
    assert code == 0
    assert {name.label for name in derivation.adjoint.gradients} <= set(errors)
    assert "h0" in errors
    assert ("x" in errors) != ("x" in {name.label for name in derivation.system.labels})
    assert all(float(error) < 1e-13 for error in errors.values())


@pytest.mark.parametrize("subject", ["elman alone", "gru tagger", "lstm classifier"])
def test_a_sign_turned_round_anywhere_fails(subject, capsys):
    text = source(SUBJECTS[subject]())
    backward = text.index("def backward(")
    end = text.index("    return {", backward)
    places = [m.start() for m in re.finditer(r"(?<= = )\w.*[@*(]", text[:end]) if m.start() > backward]
    places = [p for p in places if re.match(r"(d\w|total|seed)", text[p:]) and "np." not in text[p : p + 3]]
    assert len(places) > 4
    for place in places:
        code, said = verdict(text[:place] + "-" + text[place:], capsys)
        line = text[text.rindex("\n", 0, place) : text.index("\n", place)]
        assert code == 1, line
        assert "FAIL" in said.splitlines()[-1]


def test_a_failing_file_exits_with_1(tmp_path):
    text = source(rs.derive("elman")).replace("1.0 - h[t]**2", "1.0 - h[t]")
    done = alone(text, tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("FAIL: the worst is ")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_file_is_set_to_be_read(subject):
    text = source(SUBJECTS[subject]())
    tree = ast.parse(text)
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"inspect", "sys", "numpy"}
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert text == source(SUBJECTS[subject]())


def test_its_functions_are_those_of_numpy_source():
    derivation = rs.derive(network("lstm"))
    functions = [
        {ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        for text in (derivation.numpy_source(), source(derivation))
    ]
    assert functions[0] <= functions[1]


class Awkward(rs.Cell):
    """Dimensions and parameters with names of the file, and rows that small sizes lack."""

    params = {"np": ("T", "X"), "forward": ("T", "B"), "unread": ("H",)}
    carry = {"h": ("T",), "k": ("B",)}

    def step(self, p, prev, x, now):
        now.k = rs.tanh(prev.h[7] * prev.k)
        now.h = rs.tanh(p.np @ x + p.forward @ prev.k)


def test_names_of_the_file_may_be_used_in_a_cell(capsys):
    derivation = rs.derive(Awkward)
    assert small_sizes(derivation.system)["T"] > 7
    code, said = verdict(source(derivation), capsys)
    assert code == 0
    assert "unread  relative error 0.0e+00" in said


class Stopped(rs.Cell):
    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {"x": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ rs.stop_gradient(prev.h) + x)


def test_a_stopped_gradient_is_no_slope_of_the_loss():
    with pytest.raises(InputError, match="numpy_source"):
        source(rs.derive(Stopped))


def test_given_sizes_are_taken():
    net = network("elman")
    text = standalone(net.system, TOTAL_LOSS, "title", {"H": 6, "X": 1, "C": 2})
    assert "T, B, H, X, C = 4, 2, 6, 1, 2" in text
    large = standalone(net.system, TOTAL_LOSS, "title", {"H": 300, "X": 100, "C": 2})
    assert "T, B, H, X, C = 4, 2, 3, 2, 4" in large


@pytest.mark.parametrize("wiring", NETWORKS)
def test_every_wiring_has_its_file(wiring, capsys):
    net = NETWORKS[wiring]("elman")
    code, said = verdict(standalone(net.system, TOTAL_LOSS, repr(net)), capsys)
    checked = {line.split()[0] for line in said.splitlines()}
    assert code == 0, said
    assert {label.replace(".", "_") for label in net.params} <= checked
    assert {name.plain.replace(".", "_") for name in net.system.given if name.role == Role.INITIAL} <= checked


def test_a_start_that_the_loss_does_not_feel_has_no_gradient_to_check(capsys):
    net = NETWORKS["bidirectional"](NoRecurrence())
    code, said = verdict(standalone(net.system, TOTAL_LOSS, repr(net)), capsys)
    assert code == 0, said
    assert "backward_h0" not in said
    assert "backward_W" in said
