"""The drawing: read back from its characters, wires lead where the edges say."""

import unicodedata
from itertools import pairwise

from hypothesis import given, settings

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.walk.drawing.canvas import GLYPHS, HEAVY, Canvas
from rnnsym.walk.drawing.layout import layout
from rnnsym.walk.drawing.numbers import drawn_walk
from rnnsym.walk.drawing.rolled import draw_rolled
from rnnsym.walk.drawing.text import draw
from rnnsym.walk.graph import Graph

ELMAN = """\
                  t = 1                   t = 2
          ┌ x₁ ───────────────┐   ┌ x₂ ───────────────┐
          │ input             │   │ input             │
          ├ a₁ ─────▼─────────┤   ├ a₂ ─────▼─────────┤
        ┏▶│ W x₁ + U h₀ + b   │ ┏▶│ W x₂ + U h₁ + b   │
┌ h₀ ─┐ ┃ ├ h₁ ─────▼─────────┤ ┃ ├ h₂ ─────▼─────────┤
│     ┝━┛ │ tanh(a₁)          ┝━┛ │ tanh(a₂)          │
└─────┘   ├ y₁ ─────▼─────────┤   ├ y₂ ─────▼─────────┤
          │ V h₁ + b_y        │   │ V h₂ + b_y        │
          ├ L₁ ─────▼─────────┤   ├ L₂ ─────▼─────────┤
          │ ½ ‖y₁ − target₁‖² │   │ ½ ‖y₂ − target₂‖² │
          └─────────┬─────────┘   └─────────┬─────────┘
                    └───────────────────────┤
                                            ▼
                                            L = Σₜ Lₜ"""

GRU_ROLLED = """\
                                 step t
                      ┌ xₜ ───────────────────────┐
                ┌─────┤ input                     │
                │     ├ a_r,ₜ ──────▼─────────────┤
              ┏━┿━━━━▶│ W_r xₜ + U_r hₜ₋₁ + b_r   │
              ┃ │     ├ rₜ ─────────▼─────────────┤
              ┃ │   ┌─┤ σ(a_r,ₜ)                  │
              ┃ │   │ └───────────────────────────┘
              ┃ │   │ ┌ a_z,ₜ ────────────────────┐
              ┣━┿━━━┿▶│ W_z xₜ + U_z hₜ₋₁ + b_z   │
              ┃ ├───┼▶│                           │
              ┃ │   │ ├ zₜ ─────────▼─────────────┤
              ┃ │ ┌─┼─┤ σ(a_z,ₜ)                  │
              ┃ │ │ │ └───────────────────────────┘
              ┃ │ │ │ ┌ qₜ ───────────────────────┐
              ┣━┿━┿━┿▶│ U_n hₜ₋₁ + b_hn           │
              ┃ │ │ │ ├ a_n,ₜ ──────▼─────────────┤
              ┃ │ │ └▶│ W_n xₜ + b_n + rₜ ⊙ qₜ    │
              ┃ └─┼──▶│                           │
              ┃   │   ├ nₜ ─────────▼─────────────┤
              ┃   │   │ tanh(a_n,ₜ)               │
  ┌ hₜ₋₁ ─┐   ┃   │   ├ hₜ ─────────▼─────────────┤"""


def test_elman_in_two_steps():
    assert str(draw(Graph(rs.Network("elman", 2, 2, 2), 2))) == ELMAN


def test_three_steps_of_every_built_in_cell_with_values_fit_into_80_columns():
    for cell in ("elman", "gru"):
        net = rs.Network(cell, 2, 2, 2)
        assert len(draw(Graph(net, 3, drawn_walk(net, 3, 0)), values=True).shown) == 3


def test_every_wire_has_its_own_row_at_every_box_and_its_own_lane_where_they_overlap():
    for cell in ("elman", "gru", "lstm"):
        assert_no_wires_meet(Graph(rs.Network(cell, 2, 2, 2), 3))


@settings(max_examples=15)
@given(rs.testing.cells())
def test_no_wires_meet_in_cells_of_random_equations(cell):
    assert_no_wires_meet(Graph(rs.Network(cell, 2, 2, 2), 3))


def assert_no_wires_meet(graph):
    """Every end of a net at the left of the boxes has a row for itself; every edge is drawn, as a wire or an arrow."""
    plan = layout(graph, dict.fromkeys(graph.story, 1))
    left = [*plan.enters.values(), *(row for net, row in plan.leaves.items() if net.lag <= 0)]
    assert len(left) == len(set(left))
    spans = {}
    for net, lane in plan.lanes.items():
        rows = [plan.leaves[net], *(plan.enters[net, name] for name in plan.nets[net])]
        spans.setdefault(lane, []).append((min(rows), max(rows)))
    for taken in spans.values():
        ordered = sorted(taken)
        assert all(before[1] < after[0] for before, after in pairwise(ordered))
    wires = {(net.source, name, net.lag) for net, names in plan.nets.items() for name in names}
    order = graph.story
    arrows = {(a, b, 0) for a, b in pairwise(order) if plan.places[b].fed}
    edges = {
        (e.source.name, e.target.name, e.target.t - e.source.t)
        for e in graph.edges
        if e.source.t is not None and e.target.t is not None
    }
    assert wires | arrows == edges


def test_columns_repeat():
    net = rs.Network("gru", 2, 2, 2)
    lines = str(draw(Graph(net, 3), width=200)).splitlines()[1:30]
    first, second = lines[10].index("┃"), lines[10].index("┃", lines[10].index("┃") + 1)
    shift = second - first
    assert all(line[first + 1 : first + 5] == line[first + 1 + shift : first + 5 + shift] for line in lines[4:20])


def test_as_many_steps_as_fit_are_drawn():
    graph = Graph(rs.Network("lstm", 2, 2, 2), 9)
    drawings = [draw(graph, width=width) for width in (60, 80, 120, 400)]
    assert [len(d.shown) for d in drawings] == sorted(len(d.shown) for d in drawings)
    assert drawings[-1].shown == range(1, 10)
    for drawing, width in zip(drawings, (60, 80, 120, 400), strict=True):
        assert max(len(line) for line in str(drawing).splitlines()) <= width


def test_a_long_vector_ends_in_an_ellipsis():
    net = rs.Network("elman", 2, 9, 2)
    drawing = str(draw(Graph(net, 1, drawn_walk(net, 1, 0)), values=True))
    assert "⋮" in drawing
    assert drawing.count("\n") < 30


def test_signs_are_styled_for_the_colours():
    net = rs.Network("elman", 2, 2, 2)
    graph = Graph(net, 2, drawn_walk(net, 2, 0))
    spans = [span for line in draw(graph, values=True).lines for span in line]
    assert {span.style for span in spans if span.text.strip().startswith("-.")} == {"negative"}
    assert "carry" in {span.style for span in spans}


def test_the_rolled_gru_is_the_figure_of_the_books():
    lines = str(draw_rolled(Graph(rs.Network("gru", 2, 2, 2), 3))).splitlines()
    assert [line.strip() for line in lines[:6]] == [line.strip() for line in GRU_ROLLED.splitlines()[:6]]
    assert "hₜ is hₜ₋₁ of the next step" in lines[-1]


def test_every_carry_has_a_loop():
    graph = Graph(rs.Network("lstm", 2, 2, 2), 3)
    carries = [name.symbol for name in graph.story if name.role == Role.CARRY]
    drawing = str(draw_rolled(graph))
    assert all(f"{c}ₜ is {c}ₜ₋₁ of the next step" in drawing for c in carries)


def test_wires_that_cross_are_told_from_wires_that_join():
    canvas = Canvas()
    canvas.horizontal("a", 1, 0, 4)
    canvas.vertical("b", 2, 0, 2, HEAVY)
    canvas.vertical("a", 3, 1, 2)
    canvas.horizontal("c", 2, 0, 4)
    assert ["".join(span.text for span in line) for line in canvas.lines()] == ["  ╻", "╶─╂┬╴", "╶─┸┴╴"]


def test_four_arms_of_one_wire_are_a_dot():
    for ascii_only, dot in ((False, "●"), (True, "*")):
        canvas = Canvas(ascii_only)
        canvas.horizontal("a", 1, 0, 2)
        canvas.vertical("a", 1, 0, 2)
        assert list(canvas.lines())[1][0].text[1] == dot


def test_every_glyph_has_the_arms_of_its_place():
    assert len(GLYPHS) == 81
    assert unicodedata.name(GLYPHS[27 * 2 + 9 + 3 * 2 + 1]) == "BOX DRAWINGS VERTICAL HEAVY AND HORIZONTAL LIGHT"
    assert unicodedata.name(GLYPHS[9 + 3]) == "BOX DRAWINGS LIGHT DOWN AND RIGHT"
