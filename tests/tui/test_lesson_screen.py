from rnnsym import lessons
from rnnsym_tui.capture import text_of
from rnnsym_tui.screens.lesson import LessonScreen
from rnnsym_tui.screens.step import StepScreen
from rnnsym_tui.widgets.sheet import SheetPanel


async def test_a_lesson_opens_at_its_first_page_with_live_numbers(running):
    async with running(size=(100, 60), lesson="bptt") as pilot:
        page = lessons.load("bptt").text(1, lessons.Style(88)).splitlines()
        shown = text_of(pilot.app)
        assert isinstance(pilot.app.screen, LessonScreen)
        assert all(line.strip() in shown for line in page)


async def test_each_key_that_reads_on_comes_by_every_line_of_the_lesson(running):
    async with running(size=(80, 24), lesson="bptt") as pilot:
        lesson, panel = pilot.app.screen.lesson, pilot.app.screen.query_one(SheetPanel)
        seen = {}
        for key in ["n", "pagedown", "space"] * 70:
            number = pilot.app.screen.number
            seen.setdefault(number, set()).update(range(panel.top, panel.top + panel.room))
            before = (number, panel.top)
            await pilot.press(key)
            if (pilot.app.screen.number, panel.top) == before:
                break
        assert set(seen) == set(range(1, len(lesson) + 1))
        for number, rows in seen.items():
            count = len(lesson.text(number, lessons.Style(76)).splitlines())
            assert set(range(count)) <= rows, number


async def test_reading_back_ends_at_the_beginning(running):
    async with running(size=(80, 24), lesson="bptt") as pilot:
        await pilot.press("G")
        assert pilot.app.screen.number == len(pilot.app.screen.lesson)
        panel = pilot.app.screen.query_one(SheetPanel)
        for _ in range(5 * len(pilot.app.screen.lesson)):
            before = (pilot.app.screen.number, panel.top)
            await pilot.press("p")
            if (pilot.app.screen.number, panel.top) == before:
                break
        assert (pilot.app.screen.number, pilot.app.screen.query_one(SheetPanel).top) == (1, 0)


async def test_arrows_turn_pages(running):
    async with running(lesson="bptt") as pilot:
        await pilot.press("right", "right", "left")
        assert pilot.app.screen.number == 2


async def test_the_page_survives_a_restart(running):
    async with running(lesson="bptt") as pilot:
        await pilot.press("right", "right")
    async with running(lesson="bptt") as pilot:
        assert pilot.app.screen.number == 3


async def test_it_goes_to_stepping_and_back_to_the_same_page(running):
    async with running() as pilot:
        await pilot.press("f5", "right", "f2")
        assert isinstance(pilot.app.screen, StepScreen)
        await pilot.press("f5")
        assert pilot.app.screen.number == 2


async def test_a_page_is_copied_as_text(running, tmp_path):
    async with running(lesson="bptt") as pilot:
        await pilot.press("y")
        file = tmp_path / "state" / "copied" / "lesson-bptt-page-1.txt"
        assert file.read_text() == pilot.app.screen.page_text()
        assert pilot.app.clipboard == file.read_text().rstrip("\n")


async def test_ascii_mode_shows_only_ascii(running):
    async with running(lesson="bptt", ascii=True) as pilot:
        for number in range(1, len(pilot.app.screen.lesson) + 1):
            assert text_of(pilot.app).isascii(), number
            await pilot.press("right")
