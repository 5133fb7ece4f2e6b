"""The single lines of the Step screen: header, where the walk stands, and the loss."""

import math

import numpy as np

from rnnsym.core.names import Role
from rnnsym.derivation.equations import Equation
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.glyphs import Glyphs, quoted, shown
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.spans import Line, Span, line, width
from rnnsym_tui.model.timeline import values_over_time

TITLE_TEXT = 40


def header(session: Session, glyphs: Glyphs) -> Line:
    """Product, cell, text and sizes."""
    setup, walk = session.setup, session.walk
    text = "".join(shown(c, glyphs) if c in "\n\t" else c for c in setup.text)
    text = text if len(text) <= TITLE_TEXT else text[: TITLE_TEXT - len(glyphs.ellipsis)] + glyphs.ellipsis
    edited = f" {len(setup.weights)} edited" if setup.weights else ""
    sizes = f"  H={setup.hidden} T={walk.steps} seed {setup.seed}{edited}"
    return line(Span(" rnnsym ", "title"), Span(f" {walk.net.name} ", "strong"), f' "{text}"', Span(sizes, "dim"))


def place(session: Session, glyphs: Glyphs) -> Line:
    """`t = 10  reads 'a', must predict 't'`; the last span can go where there is no room."""
    walk, t = session.walk, session.move.t
    read = f"reads {quoted(walk.reads[t - 1], glyphs)}" if walk.reads else ""
    predict = f", must predict {quoted(walk.predicts[t - 1], glyphs)}" if walk.predicts else ""
    return line(Span(f"t = {t}", "strong"), f"  {read}", predict)


def progress(session: Session, glyphs: Glyphs) -> Line:
    """`forward ▶ 3 of 38`: the line, of how many."""
    move, lines = session.move, session.walk.lines
    count = len(lines.forward) + len(lines.backward) + len(lines.gradients)
    arrow = f"forward {glyphs.forward}" if move.phase == "forward" else f"{glyphs.backward} backward"
    return line(Span(arrow, "strong"), f" {move.equation.number} of {count}")


def loss(session: Session, glyphs: Glyphs, cells: int) -> Line:
    """The loss so far, per character, beside guessing at random; shorter where there is little room."""
    walk, move = session.walk, session.move
    done = _losses_known(session)
    alphabet = len(set(session.setup.text))
    guess = f"guessing at random: ln {alphabet} = {math.log(alphabet):.3f}"
    if not done:
        return line(f"no loss yet; {guess}")
    total = float(np.nansum(values_over_time(walk, _loss_line(walk))[:done]))
    head = "loss" if move.phase != "forward" or move.equation.total else "loss so far"
    per = f" over {done} character{'s' if done > 1 else ''} = {total / done:.3f} each; "
    short = f" = {done} {glyphs.times} {total / done:.3f}"
    forms = [line(Span(f"{head} {total:.3f}", "strong"), rest) for rest in (per + guess, f"{short}; {guess}", short)]
    return next((form for form in forms if width(form) <= cells), forms[-1])


def _losses_known(session: Session) -> int:
    """How many steps have had their loss computed."""
    walk, move = session.walk, session.move
    if move.phase != "forward" or move.equation.total:
        return walk.steps
    return move.t if move.equation.number >= _loss_line(walk).number else move.t - 1


def _loss_line(walk: Walk) -> Equation:
    return next(found for found in walk.lines.forward if found.name.role == Role.LOSS)
