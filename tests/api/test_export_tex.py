"""A derivation as a LaTeX file: every part of it read by the strict checker, and by LaTeX itself where there is one."""

import re
import shutil
import subprocess

import pytest

import rnnsym as rs
from rnnsym import notation
from rnnsym.api.export_tex import latex_document
from rnnsym.errors import UnknownNameError
from support.latex import LatexError, check_align, check_formula

DETAILS = ["results", "steps", "why", "chain"]
SUBJECTS = {
    "elman": lambda: rs.derive("elman"),
    "gru": lambda: rs.derive("gru"),
    "lstm tagger": lambda: rs.derive(rs.Network("lstm", 3, 4, 2, loss="cross_entropy", reduction="mean")),
    "classifier": lambda: rs.derive(rs.Network("elman", 3, 4, 2, pattern="many_to_one")),
}
PREAMBLE = re.compile(
    r"\\documentclass\[fleqn\]\{article\}\n(\\usepackage(\[[\w, =]+\])?\{[\w, ]+\}\n)+"
    r"(\\setlength\{\\\w+\}\{0pt\}\n)+\\allowdisplaybreaks\n\\pagestyle\{plain\}\n\n"
)


def check_words(text):
    """Text outside formulas; a broken line and an indentation are the only commands beside those of prose."""
    plain = re.sub(r"\\hfil\\break\n|\\hspace\*\{\dem\}", " ", text)
    check_formula(rf"\text{{{plain}}}")


def check_document(source):
    """Raises LatexError where a part of the file is not what LaTeX takes."""
    preamble, found, body = source.partition("\\begin{document}\n")
    if not found or not PREAMBLE.fullmatch(preamble) or not body.endswith("\n\\end{document}\n"):
        raise LatexError("the frame of the document")
    body = body.removesuffix("\\end{document}\n")
    for block in filter(None, (part.strip() for part in re.split(r"\n\n", body))):
        check_block(block)


def check_block(block):
    section = re.match(r"\\(?:sub)?section\*\{(.*)\}(?:\n|$)", block)
    if section:
        check_words(section[1].replace(r"\quad\normalfont\normalsize", ""))
        block = block[section.end() :]
    align = re.match(r"\\begin\{align\*\}\n.*?\n\\end\{align\*\}(?:\n|$)", block, re.DOTALL)
    table = re.fullmatch(r"\\begin\{tabular\}\{@\{\}lp\{\d+mm\}@\{\}\}\n(.*)\n\\end\{tabular\}", block, re.DOTALL)
    if align:
        rows, between = without_sentences(align[0].rstrip("\n") + "\n")
        check_align(rows)
        for text in [*between, block[align.end() :]]:
            check_words(text)
    elif table:
        for row in table[1].split("\\\\\n"):
            head, said = re.split(r"(?<!\\)&", row)
            check_words(head)
            check_words(said)
    elif block:
        raise LatexError(f"neither a heading nor an align* nor a table: {block[:60]}")


def without_sentences(align):
    """The rows, and what stands between them: after the end of a row, with braces that balance."""
    found = []
    while (start := align.find("\\intertext{")) >= 0:
        if not align[:start].endswith("\\\\\n"):
            raise LatexError("\\intertext within a row")
        end, depth = start + len("\\intertext{"), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(align[end], 0) if align[end - 1] != "\\" else 0
            end += 1
        found.append(align[start + len("\\intertext{") : end - 1])
        align = align[:start] + align[end:].removeprefix("\n")
    return align, found


def page(subject):
    return SUBJECTS[subject]()._page(None)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_document_is_correct_throughout(subject, detail):
    source = latex_document(page(subject), detail)
    check_document(source)
    assert source == latex_document(page(subject), detail)


@pytest.mark.parametrize("name", notation.names())
def test_every_notation_has_a_document(name):
    check_document(latex_document(rs.derive("elman")._page(name), "chain"))


def test_every_form_has_a_document():
    derivation = rs.derive(rs.Network("elman", 3, 4, 2))
    for choice in derivation.forms:
        check_document(latex_document(derivation.form_view(choice.key)._page(None)))


def test_what_a_reader_gets_at_each_level():
    results, steps, why, chain = (latex_document(page("elman"), detail) for detail in DETAILS)
    assert "tabular" not in results
    assert "(5)" not in results
    assert "(5)" in steps
    assert "the gradient is the sum over all of them." not in steps
    assert "the gradient is the sum over all of them." in why
    assert "gives" in chain
    assert chain.count("\\begin{align*}") == 3


def test_the_paper_is_as_wide_as_the_longest_line():
    def width(source):
        return int(re.search(r"paperwidth=(\d+)mm", source)[1])

    assert width(latex_document(page("elman"))) == 297
    many = rs.derive(rs.Network(Wide, 3, 4, 2))
    assert width(latex_document(many._page(None))) > 297


class Wide(rs.Cell):
    """A sum of many terms on one line."""

    params = {f"W_{i}": ("H", "H") for i in range(14)}
    carry = {"h": ("H",)}
    inputs = {"x": ("H",)}

    def step(self, p, prev, x, now):
        total = x
        for i in range(14):
            total = total + getattr(p, f"W_{i}") @ (prev.h * prev.h)
        now.h = rs.tanh(total)


def test_an_unknown_level_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean"):
        latex_document(page("elman"), "step")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\allowdisplaybreaks", ""),
        (r"\end{document}", ""),
        (r"\end{align*}", ""),
        (r"\delta", r"\dleta"),
        (r"\text{(", r"\text{{("),
        ("h_t", "h_t_t"),
        (r"\intertext{", r"\intertext{}}"),
        (" \\\\\n\\intertext", "\\intertext"),
    ],
)
def test_the_checker_refuses_a_broken_document(right, wrong):
    source = latex_document(page("elman"), "why")
    assert right in source
    with pytest.raises(LatexError):
        check_document(source.replace(right, wrong, 3))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: only the checker has read it")
@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_pdflatex_sets_the_document(subject, detail, tmp_path):
    (tmp_path / "page.tex").write_text(latex_document(page(subject), detail), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "Overfull \\hbox" not in done.stdout


MATRIX = r"\begin{bmatrix} a & b \\ c & %s \end{bmatrix}"


def test_the_checker_reads_matrices():
    check_formula(MATRIX % "d_t^2")
    for wrong in ("d & e", r"d \\ e", "d_t_1"):
        with pytest.raises(LatexError):
            check_formula(MATRIX % wrong)
    for wrong in (r"\foo", "50%", "a#b"):
        with pytest.raises(LatexError):
            check_formula(rf"\text{{{wrong}}}")
