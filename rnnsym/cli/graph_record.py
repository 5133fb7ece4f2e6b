"""What `rnnsym graph --json` prints: nodes, edges and parameters as plain data."""

from typing import Any

from rnnsym.notation import text
from rnnsym.walk.graph import Graph, Key
from rnnsym.walk.record import plain

Record = dict[str, Any]


def graph_record(graph: Graph) -> Record:
    """Nodes with formula, value and gradient (None without numbers); edges by the nodes' ids."""
    return {
        "cell": graph.net.name,
        "sizes": {"T": graph.steps, **graph.net.sizes},
        "loss": None if graph.walk is None else graph.walk.run.loss,
        "nodes": [_node(graph, key) for key in graph.nodes],
        "edges": [[identifier(edge.source), identifier(edge.target)] for edge in graph.edges],
        "parameters": [
            {
                "name": parameter.name.label,
                "value": plain(parameter.value),
                "gradient": plain(parameter.gradient),
                "read_by": [name.label for name in parameter.readers],
            }
            for parameter in graph.parameters
        ],
    }


def identifier(key: Key) -> str:
    """`h[2]`; the plain name for what is not in time."""
    return key.name.label if key.t is None else f"{key.name.label}[{key.t}]"


def _node(graph: Graph, key: Key) -> Record:
    node = graph.nodes[key]
    return {
        "id": identifier(key),
        "name": key.name.label,
        "role": str(key.name.role),
        "t": key.t,
        "formula": None if node.rhs is None else text(node.rhs),
        "value": plain(node.value),
        "gradient": plain(node.adjoint),
        "given": {identifier(beside): plain(graph.value(beside)) for beside in node.beside},
    }
