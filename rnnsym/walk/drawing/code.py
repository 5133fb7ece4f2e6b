"""The graph as source for Graphviz (DOT) and for Mermaid."""

from collections.abc import Iterator

from rnnsym.notation import Style
from rnnsym.walk.drawing.content import Content
from rnnsym.walk.drawing.export import Diagram, Item

DIGITS = 3
SHAPES = {"given": "plaintext", "step": "box", "carry": "box", "loss": "box", "total": "box", "dots": "plaintext"}
ARROWS = {"now": "", "next": ' [color="#0f5c8c", penwidth="2"]', "seam": ' [style="dashed", color="#b42318"]'}
MERMAID_ARROWS = {"now": "-->", "next": "==>", "seam": "-.->"}
MERMAID_ENTITIES = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}


def dot(diagram: Diagram) -> str:
    """A directed graph in the DOT language: time from left to right, a cluster for each step."""
    names = _identifiers(diagram)
    lines = [
        "digraph network {",
        "  rankdir=LR;",
        f"  label={_quoted([diagram.caption()])};",
        '  node [fontname="DejaVu Sans", fontsize="11", style="rounded"];',
        '  edge [color="#6b7280", arrowsize="0.7"];',
    ]
    for number, column in enumerate(diagram.columns):
        nodes = [_dot_node(diagram, diagram.items[key], names) for key in column.keys]
        if column.title:
            lines += [
                f"  subgraph cluster_{number} {{",
                f"    label={_quoted([column.title])};",
                '    color="#d0d5dd";',
            ]
            lines += [*(f"    {node}" for node in nodes), "  }"]
        else:
            lines += [f"  {node}" for node in nodes]
    for link in diagram.links:
        lines.append(f"  {names[link.source]} -> {names[link.target]}{ARROWS[link.kind]};")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_node(diagram: Diagram, item: Item, names: dict[object, str]) -> str:
    bold = ', penwidth="2"' if item.kind == "carry" else ""
    return f'{names[item.key]} [shape="{SHAPES[item.kind]}", label={_quoted(label(diagram, item))}{bold}];'


def _quoted(lines: list[str]) -> str:
    r"""A quoted string of DOT: lines end with \n, a backslash and a quotation mark are escaped."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'


def mermaid(diagram: Diagram) -> str:
    """A flowchart in the Mermaid language, as Markdown pages show it: a subgraph for each step."""
    names = _identifiers(diagram)
    lines = ["flowchart LR"]
    for number, column in enumerate(diagram.columns):
        nodes = [_mermaid_node(diagram, diagram.items[key], names) for key in column.keys]
        if column.title:
            lines += [f'  subgraph step{number}["{_escaped(column.title)}"]', "    direction TB"]
            lines += [*(f"    {node}" for node in nodes), "  end"]
        else:
            lines += [f"  {node}" for node in nodes]
    lines += [f"  {names[link.source]} {MERMAID_ARROWS[link.kind]} {names[link.target]}" for link in diagram.links]
    for kind, style in (("carry", "stroke-width:3px"), ("given", "stroke-dasharray:2"), ("dots", "stroke:none")):
        found = [names[key] for key, item in diagram.items.items() if item.kind == kind]
        if found:
            lines += [f"  classDef {kind} {style}", f"  class {','.join(found)} {kind}"]
    return "\n".join(lines) + "\n"


def _mermaid_node(diagram: Diagram, item: Item, names: dict[object, str]) -> str:
    said = "<br/>".join(map(_escaped, label(diagram, item)))
    left, right = ("(", ")") if item.kind in ("given", "total") else ("[", "]")
    return f'{names[item.key]}{left}"{said}"{right}'


def _escaped(line: str) -> str:
    return "".join(MERMAID_ENTITIES.get(character, character) for character in line)


def _identifiers(diagram: Diagram) -> dict[object, str]:
    return {key: f"n{number}" for number, key in enumerate(diagram.items)}


def label(diagram: Diagram, item: Item, style: Style = "text") -> list[str]:
    """The lines of a node: symbol and formula, or symbol and numbers, each with its gradient where there is one."""
    if item.node is None:
        return ["…" if style == "text" else "..."]
    left, right = diagram.sides(item, style)
    beside = diagram.labels.get(item.key)
    head = f"{left} {beside}" if beside else left
    if not diagram.has_numbers:
        return [f"{head} = {right}" if right else head]
    return [head, *_numbers(diagram, item, style)]


def _numbers(diagram: Diagram, item: Item, style: Style) -> Iterator[str]:
    assert item.node is not None
    sign = "d" if style == "ascii" else "δ"
    for row in Content(diagram.graph, style, DIGITS, diagram.labels).rows(item.node):
        what = sign if item.node.adjoint is not None else " ".join(key.name.label for key in item.node.beside)
        yield f"{row.left.text}   {what} {row.right.text}" if row.right.text else row.left.text
