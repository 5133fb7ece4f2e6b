"""`rnnsym flow`: what is printed equals numbers worked out beside it, and whatever is typed wrong is one sentence."""

import json
import re
import shlex

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cli import main
from rnnsym.walk.text import encode, text_network

TEXT = "the cat sat on the mat"


def printed(capsys, words):
    assert main(["flow", *shlex.split(words)]) == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines() if line != line.rstrip()]
    return out


def jacobians_on(cell, text=TEXT, chain=None):
    net = text_network(cell, text, 3)
    return rs.jacobians(net, net.init(7, "uniform"), encode(text).x, chain=chain)


def norms_of(j, state=None):
    """‖∂s_T/∂s_k‖ for k = 1…T, multiplied out."""
    part = slice(None) if state is None else j.part(state)
    running, found = np.eye(j.n), []
    for step in j.step[::-1]:
        found.append(np.linalg.norm(running[part, part], 2))
        running = running @ step
    return found[::-1]


def shade(norm):
    return next((mark for mark, floor in zip("█▓▒░", (0.1, 0.01, 1e-3, 1e-4), strict=True) if norm >= floor), " ")


# What is printed. -------------------------------------------------------------------------------------------------


def test_the_reach_of_four_cells_over_the_text(capsys, own_cell):
    lines = printed(capsys, f"lstm --compare gru,elman,{own_cell} --reach").splitlines()
    assert lines[0] == "       the cat sat on the ma"
    expected = {"LSTM": ("lstm", "c"), "GRU": ("gru", None), "Elman": ("elman", None), "MGU": (own_cell, None)}
    for line, (label, (cell, state)) in zip(lines[1:5], expected.items(), strict=True):
        marks = "".join(map(shade, norms_of(jacobians_on(cell), state)))
        assert line == f"{label:7}{marks}".rstrip()
    assert lines[5].startswith("How much of the state after each character is left at the end:")


def test_the_page_begins_with_the_finding_and_fits(capsys):
    out = printed(capsys, "lstm --compare elman")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == f"LSTM and Elman read '{TEXT}'"
    below = [20 - max(k for k, norm in enumerate(norms_of(jacobians_on(*which))) if norm < 1e-3) for which in CELLS]
    assert f"The LSTM falls below 10⁻³ after {below[0]} steps" in " ".join(lines[3:6])
    assert f"Elman falls below 10⁻³ after {below[1]} steps" in " ".join(lines[3:6])
    (left,) = [line for line in lines if line.startswith("left of t = 1 at t = 21")]
    expected = [norms_of(jacobians_on(cell), state)[0] for cell, state in (("lstm", "c"), ("elman", None))]
    assert [float(number) for number in left.split()[9:]] == pytest.approx(expected, rel=5e-3)


CELLS = (("lstm",), ("elman",))


def test_wide_terminals_have_the_curves_beside_the_map(capsys):
    out = printed(capsys, "gru --compare elman --text 'hello world' --width 140")
    assert max(map(len, out.splitlines())) <= 140
    assert [line for line in out.splitlines() if "╲╲" in line and "┤" in line]


@pytest.mark.parametrize("kind", ["", "--plot", "--reach"])
def test_ascii_has_no_other_character(kind, capsys):
    out = printed(capsys, f"lstm --text 'é 世 b' --dynamics --ascii {kind}")
    assert out.isascii()
    assert set(re.findall(r"\\[ux]\w+", out)) <= {r"\xe9", r"\u4e16"}


def test_a_larger_page(capsys):
    out = printed(capsys, "lstm --plot --steps 40 --seed 3")
    for title in ("Singular values of ∂s_T/∂s_k", "Eigenvalues of J_t, all t", "Lyapunov exponents over 40 steps"):
        assert title in out


def test_long_sequences_are_sampled(capsys):
    out = printed(capsys, "elman --steps 3000")
    assert "37 of 3000 steps, evenly spaced" in out
    assert max(map(len, out.splitlines())) <= 80


def test_both_chains_of_a_bidirectional_network(capsys):
    assert main(["flow", "gru", "--bidirectional", "--reach"]) == 0
    done = capsys.readouterr()
    assert "2 chains of states; this is 'forward', the rest: --chain backward" in done.err
    backward = printed(capsys, "gru --bidirectional --chain backward --reach").splitlines()
    assert backward[1].split("  ", 1)[1].lstrip().startswith("█")
    assert done.out.splitlines()[1].endswith("█")


def test_what_is_turned_is_what_is_shown(capsys):
    plain = json.loads(printed(capsys, "lstm --json"))
    kept = json.loads(printed(capsys, "lstm --forget-bias 8 --json"))
    assert kept["flows"][0]["falls_below"] is None
    assert kept["forget_bias"] == 8
    assert kept["flows"][0]["lags"]["log_norm"][-1] > plain["flows"][0]["lags"]["log_norm"][-1]
    linear = json.loads(printed(capsys, "elman --act identity --scheme orthogonal --gain 2 --steps 30 --json"))
    np.testing.assert_allclose(linear["flows"][0]["lags"]["log_norm"], np.arange(30) * np.log(2), atol=1e-9)
    assert linear["flows"][0]["grows_beyond"] == 10


# Data. ------------------------------------------------------------------------------------------------------------


def test_the_json(capsys):
    record = json.loads(printed(capsys, "lstm --compare elman --json --dynamics"))
    assert (record["schema_version"], record["kind"], record["text"]) == (1, "flow", TEXT)
    assert (record["seed"], record["scheme"], record["threshold"]) == (7, "uniform", 1e-3)
    lstm, elman = record["flows"]
    assert (lstm["label"], lstm["state"], lstm["states"], lstm["T"]) == ("LSTM", "c", {"h": 3, "c": 3}, 21)
    assert (elman["label"], elman["state"], elman["chain"]) == ("Elman", None, "h")
    for flow, expected in ((lstm, norms_of(jacobians_on("lstm"), "c")), (elman, norms_of(jacobians_on("elman")))):
        np.testing.assert_allclose(np.exp(flow["lags"]["log_norm"]), expected[::-1], rtol=1e-9)
        np.testing.assert_allclose(np.exp(flow["table"]["log_norms"][20]), expected, rtol=1e-9)
        assert flow["table"]["log_norms"][0][1:] == [None] * 20
        assert len(flow["lags"]["log_bound"]) == len(flow["reads"]) == 21
        assert len(flow["lyapunov"]["exponents"]) == sum(flow["states"].values())
    assert elman["lags"]["log_direct_line"] is None
    assert set(lstm["saturated"]) >= {"i", "f", "g", "o"}


def test_numbers_from_files(tmp_path, capsys):
    rows = np.random.default_rng(0).normal(size=(6, 2))
    np.save(tmp_path / "x.npy", rows)
    heading = "a;b\n" + "".join(f"{a!r};{b!r}\n" for a, b in rows.tolist())
    (tmp_path / "x.csv").write_text(heading, encoding="utf-8")
    net = rs.Network("gru", inputs=2, hidden=3, outputs=2)
    j = rs.jacobians(net, net.init(7, "uniform"), rows)
    for name in ("x.npy", "x.csv"):
        (flow,) = json.loads(printed(capsys, f"gru --input '{tmp_path / name}' --json"))["flows"]
        np.testing.assert_allclose(np.exp(flow["lags"]["log_norm"]), norms_of(j)[::-1], rtol=1e-9)
    (flow,) = json.loads(printed(capsys, "gru --steps 5 --json"))["flows"]
    drawn = rs.jacobians(net, net.init(7, "uniform"), np.random.default_rng((7, 1)).normal(size=(5, 2)))
    np.testing.assert_allclose(np.exp(flow["lags"]["log_norm"]), norms_of(drawn)[::-1], rtol=1e-9)


def test_weights_from_a_file(tmp_path, capsys):
    net = rs.Network("elman", inputs=4, hidden=3)
    params = net.init(5)
    file = tmp_path / "w.npz"
    np.savez(file, **params)
    np.save(tmp_path / "x.npy", np.eye(4))
    (flow,) = json.loads(printed(capsys, f"elman --weights '{file}' --input '{tmp_path / 'x.npy'}' --json"))["flows"]
    expected = norms_of(rs.jacobians(net, params, np.eye(4)))
    np.testing.assert_allclose(np.exp(flow["lags"]["log_norm"]), expected[::-1], rtol=1e-9)


def test_weights_that_leave_the_activation_open(tmp_path, capsys):
    file = tmp_path / "rnn.npz"
    np.savez(file, weight_ih_l0=np.eye(2), weight_hh_l0=np.eye(2), bias_ih_l0=np.ones(2), bias_hh_l0=np.ones(2))
    words = ["--weights", str(file), "--steps", "3", "--reach"]
    assert main(["flow", *words]) == 0
    assert "for ReLU, elman --act relu" in capsys.readouterr().err
    assert main(["flow", "elman", "--act", "relu", *words]) == 0
    assert capsys.readouterr().err == ""


def test_symbols_layers_decoders_and_cells_that_read_no_text(capsys, tmp_path):
    (tmp_path / "two.py").write_text(TWO, encoding="utf-8")
    for words in ("mgu --symbols", "elman --layers 2", "gru --decoder lstm --chain decoder --state all"):
        assert printed(capsys, f"{words} --text hello --reach").splitlines()[0].endswith("hell")
    assert "a sequence drawn with seed 7" in printed(capsys, f"'{tmp_path / 'two.py'}:Two'")
    assert printed(capsys, "elman --reach") == printed(capsys, "elman --reach --seed 7")


def test_a_network_is_called_after_the_cells_of_its_chain(capsys):
    for words, label in (
        ("gru --decoder lstm --chain decoder", "LSTM"), ("gru --stack lstm", "GRU + LSTM"), ("gru --layers 2", "GRU"),
    ):  # fmt: skip
        assert json.loads(printed(capsys, f"{words} --steps 4 --json"))["flows"][0]["label"] == label


def test_what_is_neither_drawn_nor_read_is_not_spoken_of(capsys, folder):
    (folder / "still.py").write_text(STILL, encoding="utf-8")
    assert printed(capsys, "still.py:Still --steps 3").splitlines()[0] == "Still reads nothing"
    np.save("x.npy", np.eye(4))
    words = "elman --weights w.npz --gain 2 --input"
    assert printed(capsys, f"{words} x.npy").splitlines()[1] == "T = 4, X = 4, H = 3; weights w.npz, gain 2"
    assert "; seed 7, weights w.npz" in printed(capsys, "elman --weights w.npz").splitlines()[1]
    assert json.loads(printed(capsys, f"{words} x.npy --json"))["seed"] is None


def test_one_step_has_no_picture_and_fast_growth_a_factor(capsys):
    page = printed(capsys, "lstm --steps 1")
    assert "one step only" in page
    assert "╲" not in page
    assert "steps back" not in page
    assert "grows 100-fold a step" in printed(capsys, "linear --scheme orthogonal --gain 100 --steps 4")


def test_a_bound_that_says_nothing_is_not_drawn(capsys):
    page = printed(capsys, "lstm --compare elman")
    assert re.findall("(LSTM|Elman) +bound", page) == ["Elman"]
    assert len(json.loads(printed(capsys, "lstm --json"))["flows"][0]["lags"]["log_bound"]) == 21
    assert re.search("Linear +bound +1.00e18", printed(capsys, "linear --scheme orthogonal --gain 100 --steps 10"))


STILL = '''\
import rnnsym as rs


class Still(rs.Cell):
    """Reads nothing."""

    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ prev.h)
'''
TWO = '''\
import rnnsym as rs


class Two(rs.Cell):
    """Two inputs: no text can be read."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",), "z": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ prev.h + p.W @ x.x + x.z)
'''


def test_a_picture_is_saved_and_nothing_replaced_silently(tmp_path, capsys):
    file = tmp_path / "flow.svg"
    file.write_text("mine", encoding="utf-8")
    words = ["flow", "elman", "--text", "ab", "--save", str(file)]
    assert main(words) == 2
    assert "exists" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"
    assert main([*words, "--figure", "spectrum", "--force"]) == 0
    assert file.read_bytes().startswith(b"<?xml")


# The app. ---------------------------------------------------------------------------------------------------------


def test_on_a_terminal_the_app_opens_in_its_flow_mode(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr("rnnsym.cli.flow.interactive", lambda: True)
    monkeypatch.setattr("rnnsym.cli.flow.open_app", lambda options: opened.append(options) or 0)
    assert main(["flow", "lstm", "--compare", "gru,elman", "--text", "abc", "--gain", "2", "--ascii"]) == 0
    asked = {"mode": "flow", "cell": "lstm", "compare": ("gru", "elman"), "text": "abc", "gain": 2.0}
    assert opened == [{**asked, "options": {}, "ascii": True}]
    for words in ("--text ab --plain", "--steps 3", "--reach", "--text ab --state h"):
        assert printed(capsys, f"elman {words}")
    assert main(["flow", "lstm", "--text", "a"]) == 2
    assert len(opened) == 1


# Bad input. -------------------------------------------------------------------------------------------------------

FAULTS = {
    "lsmt": "Did you mean 'lstm'?",
    "lstm --compare elmann": "Did you mean 'elman'?",
    "lstm --compare gru,elman,mgu,jordan": "5 cells are too many",
    "lstm --compare ,": "the names of cells",
    "nofile.py:Cell": "there is no file",
    "--text a": "one character",
    "--text ''": "the text is empty",
    "--text ab --input x.npy": "--text and --input exclude each other",
    "--text ab --steps 3": "--steps and --text exclude each other",
    "--reach --json": "--reach and --json exclude each other",
    "--input nofile.npy": "'nofile.npy' cannot be read",
    "--input x.txt": "a file .npy or .csv, not 'x.txt'",
    "--input nan.csv": "'nan.csv', step 2, column 2: nan is not a finite number",
    "--input ragged.csv": "'ragged.csv', line 3 has 1 columns, the lines before 2",
    "--input words.csv": "'words.csv', line 2, column 1: 'x' is not a number",
    "--input empty.csv": "it must be (T, X)",
    "--input pickle.npy": "no array of numbers",
    "--input text.npy": "holds no real numbers",
    "--input cube.npy": "has the shape (2, 2, 2)",
    "--input good.csv --symbols": "one column of whole numbers",
    "--input good.csv --decoder gru": "but encoder_decoder(LSTM, GRU, teacher) reads encoder.x, decoder.x",
    "--input good.csv --pattern one_to_many": "one vector for all steps",
    "elman --weights w.npz --input good.csv": "--input has 2 columns, but Elman reads 4 numbers",
    "--weights w.npz": "say whose labels these are",
    "--weights nofile.npz": "'nofile.npz'",
    "lstm --prefix rnn": "--prefix is for --weights",
    "--weights w.npz --hidden 3": "--weights and --hidden exclude each other",
    "elman --weights w.npz --layers 2": "--weights and --layers exclude each other",
    "--weights w.npz --act relu": "name it beside --weights",
    "--state q": "unknown state 'q'",
    "--chain q": "unknown chain 'q'",
    "--threshold 2": "not between 0 and 1",
    "--threshold x": "'x' is not a number",
    "--gain nan": "not a finite number",
    "--radius -1": "0 or more",
    "elman --forget-bias 1": "no gate",
    "--scheme gloro": "Did you mean 'glorot'?",
    "--figure heat": "--figure is for --save",
    "--force": "--force is for --save",
    "--save x.svg --figure heet": "Did you mean 'heat'?",
    "--save x.pdf": "neither a .svg nor a .png",
    "--save none/x.svg": "there is no folder 'none'",
    "--weights w.npz --text ab": "which characters its inputs stand for; give the vectors, with --input",
    "--width 10": "from 60 to 1000",
    "--hidden 0": "whole number from 1",
    "--compar gru": "did you mean '--compare'?",
    "two.py:Two --text hello": "but cell Two reads x, z",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "nan.csv": "a,b\n1,2\n3,nan\n", "ragged.csv": "a,b\n1,2\n3\n", "words.csv": "1,2\nx,3\n", "empty.csv": "a,b\n",
        "good.csv": "# comment\n1,2.5\n\n3,4\n", "two.py": TWO,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    np.save("pickle.npy", np.array([{}], dtype=object))
    np.save("text.npy", np.array(["a"]))
    np.save("cube.npy", np.zeros((2, 2, 2)))
    np.savez("w.npz", **rs.Network("elman", inputs=4, hidden=3).init(5))
    return tmp_path


@pytest.mark.parametrize("words", FAULTS)
def test_bad_input_is_one_sentence(words, folder, capsys):
    assert main(["flow", *shlex.split(words)]) == 2
    done = capsys.readouterr()
    assert done.out == ""
    assert done.err.startswith("rnnsym: ")
    assert done.err.count("\n") == 1
    assert FAULTS[words] in done.err
    assert not list(folder.glob("x.*"))
