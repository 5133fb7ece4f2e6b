"""A strict reader of the DOT language, as far as graphs are written in it here."""

import re
from typing import NamedTuple

TOKEN = re.compile(r'\s+|("(?:[^"\\\n]|\\["\\nlr])*")|([A-Za-z_][A-Za-z0-9_]*)|(->|[{}\[\];=,])')


class Graph(NamedTuple):
    """Labels by node, edges, and the nodes of each cluster by its label."""

    nodes: dict
    edges: list
    clusters: list


def read_dot(source):
    """The graph. Raises AssertionError where `source` is not as the grammar wants it."""
    return _Reader(source).graph()


class _Reader:
    def __init__(self, source):
        self.tokens, place = [], 0
        while place < len(source):
            match = TOKEN.match(source, place)
            assert match, f"no token of DOT: {source[place : place + 30]!r}"
            if match.lastindex:
                self.tokens.append(match[match.lastindex])
            place = match.end()
        self.place = 0
        self.found = Graph({}, [], [])

    def peek(self):
        return self.tokens[self.place]

    def take(self, wanted=None):
        token = self.tokens[self.place]
        assert wanted in (None, token), f"expected {wanted}, found {token}"
        self.place += 1
        return token

    def graph(self):
        self.take("digraph")
        self.take()
        self.statements()
        assert self.place == len(self.tokens)
        assert {end for edge in self.found.edges for end in edge} <= set(self.found.nodes)
        return self.found

    def statements(self):
        self.take("{")
        members, label = [], ""
        while self.peek() != "}":
            name = self.take()
            if name == "subgraph":
                assert self.take().startswith("cluster")
                self.found.clusters.append(self.statements())
                continue
            if self.peek() == "=":
                self.take()
                value = self.take()
                label = value[1:-1] if name == "label" else label
            elif self.peek() == "->":
                self.take()
                self.found.edges.append((name, self.take()))
                self.attributes()
            else:
                found = self.attributes()
                if name not in ("node", "edge", "graph"):
                    assert name not in self.found.nodes, f"{name} is declared twice"
                    self.found.nodes[name] = found["label"]
                    members.append(name)
            self.take(";")
        self.take("}")
        return label, members

    def attributes(self):
        found = {}
        if self.peek() != "[":
            return found
        self.take("[")
        while self.peek() != "]":
            key = self.take()
            self.take("=")
            value = self.take()
            assert value.startswith('"'), f"the value of {key} is not quoted"
            found[key] = re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), value[1:-1])
            if self.peek() == ",":
                self.take()
        self.take("]")
        return found
