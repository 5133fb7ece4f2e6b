"""A strict reader of the LaTeX that rnnsym writes: what TeX would reject, and what it would silently set wrong."""

import re

COMMANDS = re.compile(
    r"\\(frac|tfrac|partial|delta|sum|odot|cdot|top|left|right|lVert|rVert|mathrm|mathbf|operatorname|text|textbf|dots"
    r"|bar|overline|hat|tilde|langle|rangle|mathcal|Delta|Sigma|tau|kappa|xi|eta|Theta|Pi"
    r"|rightarrow|leftarrow|otimes|prod|quad|le|log|tanh|exp|sigma|min|max|sqrt|infty|alpha|theta|textasciicircum|textbackslash|textasciitilde)"
)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&$']|\s+|.", re.DOTALL)
GROUP_AFTER = {
    r"\bar",
    r"\overline",
    r"\hat",
    r"\tilde",
    r"\mathcal",
    r"\mathrm",
    r"\mathbf",
    r"\operatorname",
    r"\text",
    r"\textbf",
    r"\sqrt",
}


class LatexError(AssertionError):
    pass


class _Reader:
    def __init__(self, source):
        self.tokens = [token for token in TOKEN.findall(source) if not token.isspace()]
        self.place = 0
        self.fences = []

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self):
        token = self.peek()
        if token is None:
            raise LatexError("the formula ends too early")
        self.place += 1
        return token

    def expect(self, wanted):
        token = self.take()
        if token != wanted:
            raise LatexError(f"expected {wanted}, found {token}")

    def row(self, *ends):
        """Atoms with at most one subscript and one superscript each, up to one of `ends`, or to the end of all."""
        while self.peek() not in (ends or (None,)):
            self.atom()
            scripts = []
            while self.peek() in ("^", "_", "'"):
                kind = "^" if self.peek() == "'" else self.peek()
                if kind in scripts:
                    raise LatexError(f"double {kind} before {''.join(self.tokens[self.place : self.place + 5])}")
                scripts.append(kind)
                if self.take() != "'":
                    self.argument()

    def argument(self):
        if self.peek() == "{":
            self.group()
        else:
            token = self.take()
            self.check_command(token)

    def group(self):
        self.expect("{")
        self.row("}")
        self.expect("}")

    def atom(self):
        token = self.take()
        if token == "{":
            self.place -= 1
            self.group()
        elif token in (r"\frac", r"\tfrac"):
            self.group()
            self.group()
        elif token in (r"\left", r"\right"):
            self.fence(token)
        elif token == r"\begin":
            self.matrix()
        elif token in (r"\text", r"\textbf"):
            self.words()
        elif token in GROUP_AFTER:
            self.group()
        elif token in ("^", "_", "}", "&", "$"):
            raise LatexError(f"{token} where no {token} can stand")
        else:
            self.check_command(token)

    def matrix(self):
        """Rows of equally many entries."""
        for wanted in ("{", *"bmatrix", "}"):
            self.expect(wanted)
        counts = [1]
        while True:
            self.row("&", r"\\", r"\end")
            token = self.take()
            if token == r"\end":
                break
            counts = [*counts, 1] if token != "&" else [*counts[:-1], counts[-1] + 1]
        for wanted in ("{", *"bmatrix", "}"):
            self.expect(wanted)
        if len(set(counts)) > 1:
            raise LatexError(f"rows of {counts} entries in a matrix")

    def fence(self, token):
        self.take()
        if token == r"\left":
            self.fences.append(token)
        elif not self.fences:
            raise LatexError(r"\right without \left")
        else:
            self.fences.pop()

    def words(self):
        """Text: braces balance, math stands between dollar signs."""
        self.expect("{")
        while (token := self.take()) != "}":
            if token == "$":
                self.row("$")
                self.expect("$")
            elif token in ("^", "_", "&", "{", "#", "%"):
                raise LatexError(f"{token} in text")
            elif token in (r"\textasciicircum", r"\textbackslash", r"\textasciitilde"):
                self.group()
            elif token[0] == "\\" and token[1:].isalpha():
                raise LatexError(f"unknown command {token} in text")

    def check_command(self, token):
        if not token.isascii():
            raise LatexError(f"the character {token} in math")
        if token[0] == "\\" and token[1:].isalpha() and not COMMANDS.fullmatch(token):
            raise LatexError(f"unknown command {token}")
        if token[0] == "\\" and not token[1:].isalpha() and token not in (r"\_", r"\,", r"\{", r"\}"):
            raise LatexError(f"{token} in a formula")


def check_formula(source):
    """Raises LatexError where `source` is no single formula."""
    reader = _Reader(source)
    reader.row()
    if reader.fences:
        raise LatexError(r"\left without \right")


def check_align(source):
    """Raises LatexError where `source` is no `align*` environment of correct rows."""
    match = re.fullmatch(r"(?:%[^\n]*\n)?\\begin\{align\*\}\n(.*)\n\\end\{align\*\}\n", source, re.DOTALL)
    if match is None:
        raise LatexError("no align* environment")
    for row in match[1].split("\\\\\n"):
        for cell in cells(row):
            check_formula(cell)


def cells(row):
    """What stands between the alignment points of a row; those of a matrix are its own."""
    found, depth = [""], 0
    for token in TOKEN.findall(row):
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == "&" and not depth:
            found.append("")
        else:
            found[-1] += token
    return found
