"""Graphs for other programs: every wiring as DOT, Mermaid and SVG, nothing missing and nothing on top of another."""

import re
from functools import cache
from itertools import combinations

import pytest

import rnnsym as rs
from rnnsym.errors import InputError, UnknownNameError
from rnnsym.walk.drawing.boxes import placed
from rnnsym.walk.drawing.code import dot, mermaid
from rnnsym.walk.drawing.export import BETWEEN, Diagram, diagram
from rnnsym.walk.drawing.numbers import drawn_walk
from rnnsym.walk.drawing.svg import graph_svg
from rnnsym.walk.graph import Graph, Key
from support.dot import read_dot
from support.networks import NETWORKS
from support.svg import check_picture

SHAPES = {"unrolled": {}, "rolled": {"rolled": True}, "collapsed": {"collapse": True}}
WIRING = pytest.mark.parametrize("wiring", NETWORKS)
SHAPE = pytest.mark.parametrize("shape", SHAPES)


@cache
def network(wiring, cell):
    return NETWORKS[wiring](cell)


@cache
def drawn(wiring, shape="unrolled", steps=3, cell="elman"):
    return diagram(Graph(network(wiring, cell), steps), **SHAPES[shape])


def identifiers(found):
    return {key: f"n{i}" for i, key in enumerate(found.items)}


@WIRING
def test_the_unrolled_diagram_has_every_edge_of_the_graph(wiring):
    found = drawn(wiring)
    assert {(link.source, link.target) for link in found.links} == set(found.graph.edges)
    assert set(found.items) == set(found.graph.nodes)


@SHAPE
@WIRING
def test_dot_says_the_diagram(wiring, shape):
    found = drawn(wiring, shape, 6)
    names, read = identifiers(found), read_dot(dot(found))
    assert list(read.nodes) == sorted(names.values(), key=list(read.nodes).index)
    assert sorted(read.edges) == sorted((names[link.source], names[link.target]) for link in found.links)
    assert [label for label, _ in read.clusters] == [column.title for column in found.columns if column.title]


@SHAPE
@WIRING
def test_mermaid_says_the_diagram(wiring, shape):
    found = drawn(wiring, shape, 6)
    text, names = mermaid(found), identifiers(found)
    declared = re.findall(r'^ +(n\d+)[(\[]"([^"]*)"[)\]]$', text, re.MULTILINE)
    arrows = re.findall(r"^  (n\d+) (?:-->|==>|-\.->) (n\d+)$", text, re.MULTILINE)
    assert sorted(name for name, _ in declared) == sorted(names.values())
    assert sorted(arrows) == sorted((names[link.source], names[link.target]) for link in found.links)
    assert text.count("subgraph") == text.count("\n  end\n")
    assert not [label for _, label in declared if re.search(r"<(?!br/>)|&|\\", label)]


@SHAPE
@WIRING
def test_the_picture_keeps_its_boxes_apart(wiring, shape):
    found = drawn(wiring, shape, 6)
    page = placed(found)
    assert set(page.frames) == set(found.items)
    assert [wire.link for wire in page.wires] == list(found.links)
    for one, other in combinations(page.frames.values(), 2):
        apart = (
            one.x + one.width < other.x
            or other.x + other.width < one.x
            or one.y + one.height < other.y
            or other.y + other.height < one.y
        )
        assert apart, (one, other)
    for frame in page.frames.values():
        assert max(line.width for line in frame.lines) <= frame.width


@WIRING
def test_arrows_begin_and_end_at_their_boxes(wiring):
    page = placed(drawn(wiring))

    def on_border(point, frame):
        x, y = point
        sides = abs(x - frame.x) < 1e-6 or abs(x - frame.x - frame.width) < 1e-6
        ends = abs(y - frame.y) < 1e-6 or abs(y - frame.y - frame.height) < 1e-6
        return (sides and frame.y <= y <= frame.y + frame.height) or (ends and frame.x <= x <= frame.x + frame.width)

    for wire in page.wires:
        assert on_border(wire.points[0], page.frames[wire.link.source]), wire
        assert on_border(wire.points[-1], page.frames[wire.link.target]), wire


@pytest.mark.parametrize("wiring", ["tagging", "many_to_one", "encoder_decoder, soft", "bidirectional", "stacked"])
@SHAPE
def test_pictures_are_sound_and_repeat(wiring, shape):
    picture = graph_svg(drawn(wiring, shape, 5, "gru"))
    check_picture(picture)
    assert picture == graph_svg(diagram(Graph(network(wiring, "gru"), 5), **SHAPES[shape]))


def test_numbers_stand_on_the_nodes():
    net = NETWORKS["tagging, labels, mean"]("elman")
    walk = drawn_walk(net, 2, 0)
    found = diagram(Graph(net, 2, walk))
    labels = read_dot(dot(found)).nodes
    symbols = {label.split("\n")[0]: label.split("\n")[1:] for label in labels.values()}
    assert len(symbols["h₂"]) == 3
    value, sign, gradient = symbols["h₂"][0].split()
    assert sign == "δ"
    hidden = next(node for key, node in found.graph.nodes.items() if key.name.symbol == "h" and key.t == 2)
    assert float(value) == pytest.approx(hidden.value[0], abs=5e-4)
    assert float(gradient) == pytest.approx(hidden.adjoint[0], abs=5e-4)
    assert symbols["L₁"][0].split()[1] == "target"
    check_picture(graph_svg(found, "dark"))


@pytest.mark.parametrize("wiring", ["tagging", "encoder_decoder, soft", "bidirectional many_to_one"])
def test_a_collapsed_graph_is_as_large_for_any_number_of_steps(wiring):
    short, long = drawn(wiring, "collapsed", 5), drawn(wiring, "collapsed", 40)
    assert len(short.items) == len(long.items)
    assert len(short.links) == len(long.links)
    assert [c.title.replace("40", "5").replace("41", "6") for c in long.columns] == [c.title for c in short.columns]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_have_nothing_to_collapse(steps):
    assert drawn("tagging", "collapsed", steps).items.keys() == drawn("tagging", "unrolled", steps).items.keys()


def test_a_state_passes_through_the_steps_left_out():
    found = drawn("tagging", "collapsed", 9)
    (dots,) = (key for key in found.items if key.t == BETWEEN and key.name.symbol == "h")
    assert [link.source.t for link in found.links if link.target == dots] == [2]
    assert [link.target.t for link in found.links if link.source == dots] == [9]


def test_a_backward_layer_points_to_the_left():
    found = drawn("bidirectional")
    page = placed(found)
    for wire in page.wires:
        if wire.link.kind == "next":
            forward = page.frames[wire.link.target].x > page.frames[wire.link.source].x
            assert forward == (wire.link.source.name.path == ("forward",))
            assert (wire.heading[0] > 0) == forward


def test_a_seam_joins_the_end_of_the_encoder_to_the_start_of_the_decoder():
    found = drawn("encoder_decoder, soft")
    seams = [link for link in found.links if link.kind == "seam"]
    assert [(link.source.name.label, link.source.t, link.target.name.label, link.target.t) for link in seams] == [
        ("encoder.h", 3, "decoder.h", 0)
    ]
    titles = [column.title for column in found.columns]
    assert titles.index("encoder, t = 3") < titles.index("decoder, t = 0")
    assert "h_enc,₃" in dot(found)


@pytest.mark.parametrize("wiring", ["tagging", "stacked", "many_to_one"])
def test_other_wirings_have_no_seam(wiring):
    assert "seam" not in {link.kind for link in drawn(wiring).links}


def test_a_rolled_graph_has_loops_and_says_which_steps_are_the_last():
    found = drawn("many_to_one", "rolled")
    assert [column.title for column in found.columns] == ["step t", "t = T", ""]
    assert {found.symbol(key, "text") for key in found.items} == {"xₜ", "aₜ", "hₜ", "y_T", "L_T", "L"}
    (loop,) = (link for link in found.links if link.kind == "next")
    assert (loop.source.name.symbol, loop.target.name.symbol) == ("h", "a")


@pytest.mark.parametrize("label", ['"quoted"', "back\\slash", "<b>&amp;", "`code`", "'\\n'", "#quot;"])
def test_labels_are_escaped(label):
    graph = Graph(NETWORKS["tagging"]("elman"), 2)
    key = next(key for key in graph.nodes if key.name.symbol == "x")
    found = Diagram(graph, labels={key: label})
    assert read_dot(dot(found)).nodes["n0"].endswith(label)
    shown = re.search(r'n0\("x₁ (.*)"\)', mermaid(found))[1]
    assert re.sub(r"#(\d+|quot|amp|lt|gt);", "", shown) == re.sub(r'[#"&<>`\\]', "", label)
    check_picture(graph_svg(found))


def test_bad_requests():
    graph = Graph(NETWORKS["tagging"]("elman"), 2)
    with pytest.raises(InputError, match="no steps to collapse"):
        diagram(graph, rolled=True, collapse=True)
    with pytest.raises(UnknownNameError, match="Did you mean 'rolled'"):
        Diagram(graph, "roled")
    with pytest.raises(UnknownNameError):
        graph_svg(Diagram(graph), "red")


def test_a_cell_of_one_s_own_has_its_diagram():
    class Two(rs.Cell):
        params = {"U": ("H", "H"), "W": ("H", "X")}
        carry = {"s": ("H",), "r": ("H",)}
        output = "r"

        def step(self, p, prev, x, now):
            now.s = rs.tanh(p.U @ prev.r + p.W @ x)
            now.r = prev.s * now.s

    found = diagram(Graph(rs.Network(Two, 2, 3, 2), 3))
    check_picture(graph_svg(found))
    assert Key(next(key.name for key in found.items if key.name.symbol == "s"), 0) in found.items


def test_a_context_is_fed_to_every_step_of_the_decoder():
    found = drawn("encoder_decoder, context")
    fed = [link for link in found.links if link.source.name.symbol == "context"]
    assert {(link.source.t, link.target.t, link.kind) for link in fed} == {(3, t, "seam") for t in (1, 2, 3)}
    assert {link.target.name.path for link in fed} == {("decoder",)}
