"""Figures for files: what is drawn are the numbers, and the same figure is the same bytes."""

import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import rnnsym as rs
from rnnsym.analysis import figures
from rnnsym.analysis.dynamics.lyapunov import lyapunov
from rnnsym.analysis.figures.canvas import decades, shown
from rnnsym.analysis.figures.colours import Scale
from rnnsym.analysis.flow import Flow, finding
from rnnsym.analysis.sweeps.table import Spread
from rnnsym.errors import InputError, MissingPackageError, ShapeError, UnknownNameError

T, H, LN10 = 6, 3, np.log(10)
READS = tuple("a b$cd")
X = np.random.default_rng(5).normal(size=(T, 2))


def flow_of(cell, label, state=None, chain=None, reads=(), **options):
    net = rs.Network(cell, inputs=2, hidden=H)
    return Flow(label, rs.jacobians(net, net.init(2), X, chain=chain, **options), state, reads)


@pytest.fixture(scope="module")
def flows():
    return [flow_of("lstm", "LSTM", "c", reads=READS), flow_of("elman", "Elman", reads=READS)]


@pytest.fixture(scope="module")
def broken():
    """Nothing comes through step 3, and step 5 is no number."""
    flow = flow_of("elman", "broken")
    flow.jacobians.step[2] = 0.0
    dead = Flow("dead", flow.jacobians)
    assert dead.curve[-1] == -np.inf
    other = flow_of("elman", "odd")
    other.jacobians.step[4] = np.nan
    return [dead, Flow("odd", other.jacobians)]


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


# The heat map. --------------------------------------------------------------------------------------------------------


def test_the_heat_map_shows_the_norms_over_t_and_k(flows):
    figure = figures.heat(flows)
    assert figure.get_suptitle().replace("\n", " ") == finding(flows)
    for axes, flow, name in zip(figure.axes, flows, ["LSTM: ‖∂cₜ/∂cₖ‖", "Elman: ‖∂hₜ/∂hₖ‖"], strict=False):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array().filled(np.nan), flow.block.log_norms / LN10)
        assert list(image.get_extent()) == [0.5, T + 0.5, T + 0.5, 0.5]
        assert axes.get_title(loc="left") == name
        assert image.get_array().mask.sum() == T * (T - 1) / 2
    assert figure.axes[0].images[0].norm.vmin == figure.axes[1].images[0].norm.vmin
    assert "1" in [label.get_text() for label in figure.axes[2].get_yticklabels()]


def test_symbols_are_on_the_axes_while_they_fit(flows):
    figure = figures.heat(flows[:1])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "a\n1", "␣\n", "b\n", "$\n", "c\n5", "d\n",
    ]  # fmt: skip
    long = Flow("long", flows[0].jacobians, "c", tuple("abcdef"))
    narrow = figures.heat([long], width=1.3)
    assert not any(label.get_text().startswith("a") for label in narrow.axes[0].get_xticklabels())


def test_a_chain_that_runs_backward_has_the_other_triangle():
    flow = flow_of(rs.Bidirectional("elman"), "back", chain="backward")
    image = figures.heat([flow]).axes[0].images[0]
    np.testing.assert_array_equal(np.isfinite(image.get_array().filled(np.nan)), np.triu(np.ones((T, T), bool)))


def test_exact_zeros_and_what_is_no_number_are_marked(broken):
    figure = figures.heat(broken, title="")
    table = broken[0].block.log_norms
    places = figure.axes[0].collections[0].get_offsets().data
    np.testing.assert_array_equal(places, np.argwhere(table == -np.inf)[:, ::-1] + 1)
    assert legend(figure) == ["exactly 0", "not a number"]
    assert len(figure.axes[1].collections[0].get_offsets()) == np.isnan(np.tril(broken[1].block.log_norms)).sum()


def test_colours_say_the_same_in_grey():
    """Lightness falls evenly with the norm; blue is below 1, red above, and 1 itself has no colour."""
    for logs in ([-20, 0], [-20, 9], [0, 50], [0, 1e-16]):
        scale = Scale.of(np.array(logs))
        colours = scale.colours.colors
        light = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
        grey = light @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(grey) < 0).all()
        red, _, blue = colours.T
        zero = -scale.low / (scale.high - scale.low) * 255
        below, above = np.arange(256) < zero - 2, np.arange(256) > zero + 2
        assert (blue[below] > red[below]).all()
        assert (red[above] > blue[above]).all()
        middle = colours[round(min(zero, 255))]
        assert middle.max() - middle.min() < 0.08
    assert Scale.of(np.array([-999.0, 0.0])).extend == "min"
    assert Scale.of(np.array([-np.inf, 999.0])).extend == "both"


# Curves. --------------------------------------------------------------------------------------------------------------


def test_norms_are_drawn_against_the_lag_with_their_guides(flows):
    figure = figures.norms(flows)
    found = lines(figure)
    for flow, label in zip(flows, ["LSTM  ‖∂cₜ/∂cₖ‖", "Elman  ‖∂hₜ/∂hₖ‖"], strict=True):
        (line,) = [line for name, line in found.items() if name.startswith(label)]
        np.testing.assert_array_equal(line.get_xdata(), np.arange(T))
        np.testing.assert_array_equal(line.get_ydata(), flow.curve / LN10)
        for attribute, text, style in (("telling_bound", "bound", "--"), ("direct_line", "direct line alone", ":")):
            guide = getattr(flow, attribute)
            assert (guide is not None) == (f"{flow.label}  {text}" in found)
            if guide is not None:
                np.testing.assert_array_equal(found[f"{flow.label}  {text}"].get_ydata(), guide / LN10)
                assert found[f"{flow.label}  {text}"].get_linestyle() == style
    curves = [line for line in found.values() if line.get_marker() != "None"]
    assert len({line.get_marker() for line in curves}) == len({line._unscaled_dash_pattern for line in curves}) == 2
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()].count("1") == 1


def test_where_a_curve_reaches_zero_is_marked_on_the_axis(broken):
    found = lines(figures.norms(broken[:1]))
    (gone,) = np.flatnonzero(broken[0].curve == -np.inf)[:1]
    assert found["dead  exactly 0 from here"].get_xdata() == [gone]
    assert np.isnan(next(iter(found.values())).get_ydata()[gone:]).all()


def test_a_fan_has_a_line_for_each_singular_value():
    logs = np.log(10) * -np.outer(np.arange(1, 8), [0.0, 1.0, 50.0])
    logs[-1, -1] = -np.inf
    drawn = [line.get_ydata() for line in figures.fan(logs).axes[0].lines[:3]]
    np.testing.assert_allclose(np.array(drawn[::-1]).T[:-1], logs[:-1] / LN10, rtol=1e-15)
    assert np.isnan(drawn[0][-1])
    for lags in (False, True):
        found = figures.fan(logs, "LSTM", lags=lags).axes[0]
        np.testing.assert_array_equal(found.lines[0].get_xdata(), np.arange(7) + (not lags))
    with pytest.raises(ShapeError, match=r"\(T, n\)"):
        figures.fan(logs[0])


def test_ticks_are_whole_decades():
    assert decades(-3.2, 1) == [-3, -2, -1, 0, 1]
    assert decades(-400, 12) == [-400, -350, -300, -250, -200, -150, -100, -50, 0]


# Spectra. -------------------------------------------------------------------------------------------------------------


def test_eigenvalues_stand_in_the_plane_with_their_circles():
    found = lines(figures.spectrum([[0.9, 5], [0, 0.8]], "U"))
    points = found["eigenvalues of U"]
    np.testing.assert_allclose(points.get_xydata(), [[0.9, 0], [0.8, 0]], atol=1e-12)
    for label, size in (("unit circle", 1), ("spectral radius 0.9", 0.9), ("spectral norm 5.141", 5.14105)):
        np.testing.assert_allclose(np.hypot(*found[label].get_xydata().T), size, rtol=1e-4)
    assert "spectral norm 50.01, outside" in lines(figures.spectrum([[0.9, 50], [0, 0.8]]))
    with pytest.raises(ShapeError):
        figures.spectrum(np.ones((2, 3)))


def test_exponents_at_the_floor_are_hollow():
    steps = np.tile(np.diag([2.0, 0.5, 1e-15, 0.0]), (50, 1, 1)) @ np.linalg.qr(np.vander([1.0, 2, 3, 4]))[0]
    found = lyapunov(steps)
    drawn = lines(figures.lyapunov([("A", found)], expected=[1.0, 0.0]))
    summary = next(label for label in drawn if label.startswith("A: λ₁"))
    hollow = drawn["A: at the floor of float64: too high"]
    finite = np.isfinite(found.exponents)
    np.testing.assert_array_equal(drawn[summary].get_ydata(), found.exponents[finite & found.trusted])
    np.testing.assert_array_equal(hollow.get_ydata(), found.exponents[finite & ~found.trusted])
    assert to_rgb(hollow.get_markerfacecolor()) == (1, 1, 1)
    np.testing.assert_array_equal(drawn["expected"].get_ydata(), [1, 0])
    assert f"{(~finite).sum()} of 4 exponents −∞" in summary


# Sweeps. --------------------------------------------------------------------------------------------------------------


def table(**axes):
    """A sweep's table whose measure is the sum of its numbers less 2."""
    varied = tuple(name for name, values in axes.items() if len(values) > 1)

    def spread(measure, *names):
        numbers = [np.arange(len(axes[n])) if isinstance(axes[n][0], str) else np.array(axes[n]) for n in names]
        mean = sum(np.meshgrid(*numbers, indexing="ij")) - 2.0
        return Spread(mean, mean - 0.5, mean + 0.25, np.ones(mean.shape))

    return SimpleNamespace(sweep=SimpleNamespace(axes=axes, varied=varied, seeds=3), spread=spread)


def test_a_sweep_over_one_axis_is_a_curve_for_each_kind():
    figure = figures.phase(table(cell=("elman", "gru"), gain=(2.0, 0.5, 1.0)), expected="mean_field")
    found = lines(figure)
    np.testing.assert_array_equal(found["elman"].get_xydata(), [[0.5, -1.5], [1, -1], [2, 0]])
    np.testing.assert_array_equal(found["gru"].get_ydata(), [-0.5, 0, 1])
    assert found["gru, mean field"].get_linestyle() == "--"
    band = figure.axes[0].collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == -2.0
    assert legend(figure)[-1] == "least to greatest of 3 seeds"


def test_a_sweep_over_two_axes_is_a_map_with_the_line_of_zeros():
    figure = figures.phase(table(gain=(0.5, 1.0, 2.0), steps=(1, 100)))
    mesh = figure.axes[0].collections[0]
    np.testing.assert_array_equal(mesh.get_array(), [[-0.5, 0, 1], [98.5, 99, 100]])
    assert figure.axes[0].get_yscale() == "log"
    assert legend(figure) == ["largest Lyapunov exponent = 0"]


def test_sweeps_that_cannot_be_drawn_are_refused():
    with pytest.raises(InputError, match="no axis of numbers"):
        figures.phase(table(cell=("elman", "gru")))
    with pytest.raises(InputError, match="one more up to 4 values"):
        figures.phase(table(cell=("elman", "gru"), scheme=("normal", "identity"), gain=(1.0, 2.0)))
    with pytest.raises(UnknownNameError, match="gain"):
        figures.phase(table(gain=(1.0, 2.0)), across="gains")
    with pytest.raises(InputError, match="no numbers"):
        figures.phase(table(cell=("elman", "gru"), gain=(1.0, 2.0)), across="cell")


# Files. ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_figure_is_the_same_bytes(suffix, flows, tmp_path):
    """Whatever the user's own style is, which stays as it was; pyplot is never imported."""
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    figures.save(figures.heat(flows, width=3.0), first)
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "other", "axes.grid": False}):
        mine = matplotlib.rcParams.copy()
        figures.save(figures.heat(flows, width=3.0), second)
        assert matplotlib.rcParams.copy() == mine
    assert first.read_bytes() == second.read_bytes()
    assert b"<dc:date>" not in first.read_bytes()
    assert "matplotlib.pyplot" not in sys.modules


def test_what_cannot_be_written_is_refused_and_nothing_is_changed(tmp_path, flows):
    figure = figures.norms(flows, width=2.0, title="")
    taken = tmp_path / "a.png"
    taken.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists: choose another name"):
        figures.save(figure, taken)
    assert taken.read_bytes() == b"mine"
    with pytest.raises(InputError, match=r"neither a \.svg nor a \.png"):
        figures.save(figure, tmp_path / "a.pdf")
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        figures.save(figure, tmp_path / "none" / "a.svg")
    figures.save(figure, taken, replace=True)
    assert taken.read_bytes().startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == [taken]


def test_odd_labels_are_drawn_as_they_are(tmp_path, flows):
    """A $ begins no formula, and what the font lacks is a � and no warning."""
    odd = Flow("$a_b$ 猫", flows[1].jacobians, None, ("日", "\n", "$", "a", "\x07", "😀"))
    figures.save(figures.heat([odd], width=3.0), tmp_path / "odd.svg")
    assert shown("$a_b$ 猫\t") == "$a_b$ ��"


def test_sizes_and_numbers_that_cannot_be_drawn_are_refused(flows):
    for wrong in ([], flows * 3):
        with pytest.raises(InputError, match="1 to 4 networks"):
            figures.norms(wrong)
    for width in (0, 1e9, float("nan")):
        with pytest.raises(InputError, match="1 to 50 inches wide"):
            figures.heat(flows, width=width)


def test_a_single_step_can_be_drawn():
    net = rs.Network("gru", inputs=2, hidden=1)
    flow = Flow("GRU", rs.jacobians(net, net.init(0), X[:1]))
    assert figures.heat([flow]).axes[0].images[0].get_array().shape == (1, 1)
    assert len(next(iter(lines(figures.norms([flow])).values())).get_ydata()) == 1


def test_without_matplotlib_it_is_said_how_to_install_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("rnnsym.analysis.figures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delattr("rnnsym.analysis.figures")
    with pytest.raises(MissingPackageError, match=r"not installed: pip install 'rnnsym\[plot\]'"):
        __import__("rnnsym.analysis.figures")
