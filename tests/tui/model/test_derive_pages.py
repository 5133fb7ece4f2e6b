"""What the Derive screen shows, as text: outline, details, numbers, check. No terminal."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.choices import FORMS
from rnnsym.errors import InputError
from rnnsym.notation.figures import figure
from rnnsym.walk.walk import Walk
from rnnsym_tui.model import layout, status
from rnnsym_tui.model.derive import lines
from rnnsym_tui.model.derive.details import Frame, details
from rnnsym_tui.model.derive.files import SUFFIXES, document
from rnnsym_tui.model.derive.outline import entries
from rnnsym_tui.model.derive.reader import RECURRENCE, Choice, Position, Reader
from rnnsym_tui.model.derive.reading import Study, line_number, usual_parameter
from rnnsym_tui.model.derive.rows import LEVELS
from rnnsym_tui.model.derive.script import script
from rnnsym_tui.model.derive.tables import Moment
from rnnsym_tui.model.glyphs import ASCII, UNICODE
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.spans import plain, width
from rnnsym_tui.model.view import alphabet_of

ADJOINT_OF_C = 16


class Desk:
    """A session with its derivation worked out, and a reader of it."""

    def __init__(self, setup, glyphs=UNICODE, cells=60, choice=RECURRENCE):
        self.session = Session(setup)
        self.study = Study(self.session.walk)
        *self.earlier, self.reading = self.study.stages(choice)
        self.reader = Reader()
        self.reader.read(self.reading.view.form)
        self.script, self.cells = script(glyphs, "default"), cells

    def details(self, **frame):
        place = status.place(self.session, self.script.glyphs)
        moment = Moment(self.session.move.t, place, self.reading.numbers, alphabet_of(self.session))
        return details(self.reader, moment, Frame(self.script, self.cells, **frame))

    def texts(self, **frame):
        return [plain(line) for line in self.details(**frame).lines]

    def outline(self):
        found = entries(self.reader, self.reading.checks, self.script)
        return [plain((*entry.label, *entry.body, entry.mark)) for entry in found]


@pytest.fixture(scope="module")
def lstm():
    return Desk(Setup(text="hello", hidden=2))


@pytest.fixture
def desk(lstm):
    lstm.reader = Reader()
    lstm.reader.read(lstm.reading.view.form)
    lstm.session.go(0)
    lstm.cells = 60
    return lstm


def check_every_row(desk):
    desk.reader.next_level()
    texts = desk.outline()
    for row in desk.reader.rows:
        desk.reader.select(row.key)
        found = desk.details(whole=True)
        texts += [plain(found.title), *map(plain, found.lines)]
        assert len(found.links) == len(found.places)
        assert found.lines
    assert all(text.isascii() for text in texts) or not desk.script.glyphs.ascii


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_row_of_any_cell_can_be_shown(setup_of_any_cell, glyphs):
    check_every_row(Desk(setup_of_any_cell, glyphs))


@pytest.mark.parametrize("form", FORMS)
def test_every_row_of_any_form_can_be_shown_and_no_line_is_wrong(form):
    desk = Desk(Setup(cell="elman", text="abcab", hidden=2), choice=Choice(form))
    check_every_row(desk)
    assert not [number for number, check in desk.reading.checks.items() if check.ok is False]


@pytest.fixture(scope="module")
def closed():
    return Desk(Setup(cell="elman", text="abcab", hidden=2), choice=Choice("closed", "U"))


def test_double_sums_are_set_in_two_dimensions_and_the_rest_where_asked(closed):
    by_layout = {}
    for layout_name in ("auto", "2d", "line"):
        shown = {}
        for found in closed.reading.view.lines:
            closed.reader.jump(found.number)
            shown[found.name.label, found.number] = closed.texts(layout=layout_name, whole=True)
        by_layout[layout_name] = list(shown.values())
    total, jacobian = by_layout["auto"][-2], by_layout["auto"][0]
    assert total[0].split()[:3] == ["T", "t", "⎛"]
    assert total[2].split()[:4] == ["t=1", "k=1", "⎝j=k+1", "⎠"]
    assert jacobian[0].strip() == closed.script.equations(closed.reading.view.lines[0])[0]
    assert "∏[j=k+1…t]" in by_layout["line"][-2][0]
    assert all("⎝" not in text for page in by_layout["line"] for text in page)
    recurrence = Desk(Setup(cell="elman", text="abcab", hidden=2))
    gradient = recurrence.reading.view.lines[-1]
    assert recurrence.script.tall(gradient, "auto") == ()
    assert [text.strip() for text in recurrence.script.tall(gradient, "2d")][::2] == ["T", "t=1"]


def test_cases_in_two_dimensions_say_their_steps():
    desk = Desk(Setup(cell="elman", text="abcab", hidden=2, options=(("pattern", "many_to_one"),)))
    cases = next(found for found in desk.reading.view.lines if len(found.cases) > 1)
    stated = desk.script.equations(cases)
    assert any(text.endswith("(t < T)") for text in stated)
    assert desk.script.tall(cases, "2d") in ((), stated)


def test_a_section_that_has_remarks_alone_stands_in_the_outline_and_folds():
    desk = Desk(Setup(cell="elman", text="abcab", hidden=2), choice=Choice("rtrl", "U"))
    section = desk.reading.view.form.sections[-1]
    assert section.remarks
    assert not section.lines
    remarks = desk.script.each_remark(section)
    title = section.title.upper()
    for _ in LEVELS:
        outline = [text.strip() for text in desk.outline()]
        assert outline[-len(remarks) :] == remarks
        assert title in outline[-len(remarks) - 1]
        desk.reader.next_level()
    desk.reader.last()
    assert desk.reader.row.section is section
    assert " ".join(" ".join(desk.texts()).split()) == " ".join(remarks)
    desk.reader.enter()
    assert title in desk.outline()[-1]


def test_wired_networks_are_derived_too():
    desk = Desk(Setup(cell="elman", text="abab", hidden=2, options=(("layers", 2), ("bidirectional", True))))
    check_every_row(desk)
    assert {check.ok for check in desk.reading.checks.values()} == {True}


def test_it_is_worked_out_in_stages_and_once(desk):
    first, second = desk.earlier
    assert (first.numbers, first.checks, second.checks) == (None, None, None)
    assert desk.study.known(RECURRENCE) is desk.reading
    assert [reading is desk.reading for reading in desk.study.stages(RECURRENCE)] == [True]


def test_every_line_has_its_mark_and_a_wrong_one_is_shown_wrong_in_its_folded_section(desk):
    assert all(text.endswith("✓") for text in desk.outline() if text[:6].strip(" ▶").isdigit())
    checks = dict(desk.reading.checks)
    checks[ADJOINT_OF_C] = checks[ADJOINT_OF_C]._replace(ok=False, worst=0.5)
    desk.reader.fold_all()
    marks = [entry.mark.text for entry in entries(desk.reader, checks, desk.script)]
    assert marks == ["✓", "✗", "✓"]
    assert [entry.mark.text for entry in entries(desk.reader, None, desk.script)] == ["·"] * 3


def test_the_details_say_why_which_shares_and_where_to(desk):
    desk.reader.jump(ADJOINT_OF_C)
    found = desk.details()
    text = "\n".join(map(plain, found.lines))
    assert "cₜ is used in line 10 (hₜ) and in line 9 (cₜ₊₁)" in text
    assert "by 10  hₜ    gives  δhₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))" in text
    assert found.links[:2] == (10, 9)
    assert set(desk.reader.line.uses) <= set(found.links)
    assert [plain(line) for line in found.lines][found.places[0]].strip().startswith("by 10")


def test_the_numbers_are_those_of_the_run_and_shares_add_up(desk):
    desk.reader.jump(ADJOINT_OF_C)
    desk.session.go_to_time(2)
    head, by_h, by_c, total = desk.texts(roomy=False)[-4:]
    assert head.split()[:3] == ["t", "=", "2"]
    shares = np.array([[float(x) for x in row.split()[-2:]] for row in (by_h, by_c)])
    expected = desk.session.walk.run.adjoint.at("c", 2)
    assert total.split()[-2:] == [figure(float(v)) for v in expected]
    assert np.allclose(shares.sum(axis=0), expected, atol=2e-3)


def test_at_the_last_step_nothing_comes_from_after_it(desk):
    desk.reader.jump(ADJOINT_OF_C)
    desk.session.go_to_time(4)
    assert not [text for text in desk.texts() if text.strip().startswith("by c₅")]


def test_a_gradient_shows_the_term_of_this_step_and_the_whole_sum(desk):
    desk.reader.jump(line_number(desk.session.walk, desk.reading.view.form.lines[-1].name))
    text = "\n".join(desk.texts())
    assert "term of t = 1" in text or "all t" in text


def test_a_quantity_of_two_steps_is_told_by_its_length_for_each_k():
    desk = Desk(Setup(cell="elman", text="hello", hidden=2), choice=Choice("closed"))
    found = next(line for line in desk.reading.view.lines if line.name.symbol == "G")
    desk.reader.jump(found.number)
    desk.session.go_to_time(3)
    *_, head, steps, lengths = desk.texts(roomy=False)
    assert "at t = 3" in head
    assert "[3]" in steps
    expected = np.linalg.norm(desk.reading.numbers.whole(found)[3, 1:], axis=(1, 2))
    shown = np.array([float(part) for part in lengths.split()])
    assert np.allclose(shown / shown.max(), expected / expected.max(), atol=0.02)


def test_what_a_line_computes_is_shown_over_time_where_there_is_room(desk):
    desk.reader.jump(ADJOINT_OF_C)
    rows = [text.split() for text in desk.texts()[-3:]]
    assert rows[0][-4:] == ["[1]", "2", "3", "4"]
    expected = desk.session.walk.run.adjoint["c"]
    assert np.allclose([float(part) for part in rows[1][-4:]], np.round(expected[:, 0] * 100), atol=0.6)


def test_units_over_the_alphabet_are_named_by_their_characters(desk):
    desk.reader.jump(14)
    assert "'h'" in "\n".join(desk.texts())


def test_the_formula_is_repeated_only_where_the_outline_cuts_it(desk):
    desk.reader.jump(15)
    formula = desk.script.equations(desk.reader.line)[0]
    assert formula in "\n".join(desk.texts(whole=True))
    assert formula not in "\n".join(desk.texts())


def test_prose_is_wrapped_to_the_width_and_formulas_are_not(desk):
    desk.cells = 40
    desk.reader.jump(15)
    found = desk.details(whole=True)
    why = [line for line in found.lines if not {"by", "t"} & set(plain(line).split()[:1])][1:4]
    assert all(width(line) <= desk.cells for line in why)
    assert max(map(width, found.lines)) > desk.cells


def test_the_check_is_said_in_as_many_words_as_fit(desk):
    desk.reader.jump(ADJOINT_OF_C)
    long, short = (plain(lines.check_line(desk.reading, desk.reader.line, cells, UNICODE)) for cells in (120, 50))
    assert long.startswith("CHECK line 16, all t, against a small push (complex step): worst relative error ")
    assert long.endswith("✓")
    assert short.endswith("✓")
    assert len(short) < 50 < len(long)
    assert plain(lines.check_line(desk.earlier[0], desk.reader.line, 80, UNICODE)) == "CHECK line 16: on the way"
    assert plain(lines.summary(desk.reading, UNICODE)) == "38 ✓ of 38 lines"


@pytest.mark.parametrize(("value", "text"), [(1.2e-15, "1·10⁻¹⁵"), (0.0, "0"), (3e-16, "3·10⁻¹⁶")])
def test_powers_of_ten(value, text):
    assert lines.power(value, UNICODE) == text


def test_the_forms_that_do_not_fit_are_left_out_at_the_ends():
    keys = [f"form{i}" for i in range(12)]
    for chosen in (0, 5, 11):
        position = Position(choice=Choice(keys[chosen]))
        for cells in (60, 80, 160):
            found = lines.forms_line(keys, position, "U_f", cells, UNICODE)
            assert width(found) <= cells
            assert f"[{chosen + 1} {keys[chosen]}]" in plain(found)


def test_every_format_is_written_and_others_are_refused(desk):
    view, derivation = desk.reading.view, desk.study.derivation
    found = {suffix: document(suffix, view, derivation, desk.script, "chain") for suffix in SUFFIXES}
    assert all(text.endswith("\n") for text in found.values())
    assert len(set(found.values())) == len(found)
    with pytest.raises(InputError, match=r"\.tex"):
        document(".doc", view, derivation, desk.script, "steps")


def test_latex_of_a_line(desk):
    desk.reader.jump(ADJOINT_OF_C)
    assert desk.script.latex(desk.reader.line).startswith(r"\delta c_t = ")


def test_the_parameter_to_begin_with_is_a_recurrent_one(desk):
    assert usual_parameter(desk.session.walk) == "U_i"


def test_a_form_of_too_many_numbers_says_so_instead(monkeypatch):
    monkeypatch.setattr("rnnsym_tui.model.derive.reading.MOST", 10)
    desk = Desk(Setup(text="hello", hidden=2))
    assert "too many" in desk.reading.trouble
    desk.reader.jump(ADJOINT_OF_C)
    assert desk.texts()[-1].strip().startswith("t = 1")
    assert "too many" in plain(lines.check_line(desk.reading, desk.reader.line, 80, UNICODE))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (99, 30), (100, 30), (160, 48)])
def test_the_panels_fill_the_screen_without_overlap(size):
    boxes = layout.derive_boxes(*size)
    covered = np.zeros(size[::-1], int)
    for box in boxes.values():
        assert box.width > 0
        assert box.height > 0
        covered[box.y : box.y + box.height, box.x : box.x + box.width] += 1
    assert covered.max() == 1
    gap = 1 if size[0] >= layout.BESIDE else 0
    assert (covered == 0).sum() == gap * boxes["outline"].height


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("notation", ["default", "/home/me/lectures/my_long_lecture_notation_2026.toml+overbar"])
def test_long_names_are_cut_above_the_outline(cells, notation):
    position = Position(choice=Choice("closed", "layer1.forward.U_i"), notation=notation)
    shown = lines.forms_line(list(FORMS), position, "layer1.forward.U_i", cells, UNICODE)
    assert width(shown) <= cells
    text = plain(shown)
    assert "closed]" in text
    assert "named steps" in text
    assert "layer1.f" in text
    assert cells < 80 or notation != "default" or "layer1.forward.U_i" in text


def test_an_input_that_is_not_in_time_is_taken_whole():
    net = rs.Network("elman", 5, 3, 4, pattern="one_to_many")
    walk = Walk(net, net.init(), np.ones(5), np.ones((3, 4)))
    *_, found = Study(walk).stages(RECURRENCE)
    assert (found.trouble, found.unchecked) == ("", "")
    assert all(check.ok for check in found.checks.values())
