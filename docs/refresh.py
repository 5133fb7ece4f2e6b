"""Keep the pages true: run what they show and write down what came out.

    python docs/refresh.py            rewrite the pages, and the pictures that a command draws
    python docs/refresh.py --check    say which page is out of date, and exit with 1

A page is Markdown. What is done with a fenced block depends on its first line:

    ```python FILE NAME …     the source of these functions, methods or assignments, copied from the file
    ```python                 run, in the page's own namespace
    ```python raises          run; it must raise one of rnnsym's errors, which the next ```text block shows
    ```pycon                  each `>>>` example is run and its output written below it
    ```console                each `$ rnnsym …` is run and its output written below it

Every other block is left as it is, and so is one that differs in rounding errors alone, numbers below 1e-13.
"""

import ast
import contextlib
import doctest
import io
import linecache
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rnnsym.cli import main as rnnsym
from rnnsym.errors import RnnsymError

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = "$ rnnsym"
PICTURES = {
    "derive-elman.svg": "derive elman --format svg",
    "graph-lstm.svg": "graph lstm --rolled --format svg",
    "graph-bidirectional.svg": "graph elman --bidirectional --format svg",
    "graph-hello.svg": "graph elman --text hello --values --collapse --format svg",
}
"""Pictures by the command that draws them."""
ROUNDING = re.compile(r"\b\d+e-1[4-9]\b")


def pages() -> list[Path]:
    """The pages that are kept true."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def refreshed(text: str, name: str) -> str:
    """`text` with every block of the kinds above brought up to date. `name` is what error messages call the page."""
    return FENCE.sub(_Page(name).block, text)


class _Page:
    def __init__(self, name: str) -> None:
        self.name = name
        self.namespace: dict[str, Any] = {"__name__": "page"}
        self.raised = ""

    def block(self, match: re.Match[str]) -> str:
        language, info, old = match[1], match[2], match[3]
        new = self.body(language, info.split(), old)
        return f"```{language}{info}\n{old if _alike(old, new) else new}```"

    def body(self, language: str, words: list[str], body: str) -> str:
        match language, words:
            case "python", []:
                self.run(body)
            case "python", ["raises"]:
                self.raised = self.error_of(body)
            case "python", [file, *names]:
                return excerpt(ROOT / file, names)
            case "text", [] if self.raised:
                body, self.raised = self.raised, ""
            case "pycon", _:
                return "".join(self.examples(body))
            case "console", _:
                return "".join(commands(body))
        return body

    def run(self, code: str) -> None:
        # Registered under a name, so that errors of cells can show the line of `step`.
        file = f"{Path(self.name).stem}.py"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        exec(compile(code, file, "exec"), self.namespace)

    def error_of(self, code: str) -> str:
        try:
            self.run(code)
        except RnnsymError as error:
            first, *rest = f"{type(error).__name__}: {error}".splitlines()
            return "\n".join([textwrap.fill(first, 100), *rest]) + "\n"
        raise AssertionError(f"{self.name}: this raises nothing:\n{code}")

    def examples(self, body: str) -> Iterator[str]:
        for part in doctest.DocTestParser().parse(body):
            if isinstance(part, str):
                # Text after a blank line is the rest of an old output: doctest ends an output there.
                yield "" if part.strip() else part
                continue
            first, *rest = part.source.splitlines()
            yield "\n".join([f">>> {first}", *(f"... {line}" for line in rest)]) + "\n"
            yield printed(partial(exec, compile(part.source, "<example>", "single"), self.namespace))


def _alike(old: str, new: str) -> bool:
    """Whether two outputs differ in rounding errors at most: these depend on the machine."""
    return ROUNDING.sub("0", old) == ROUNDING.sub("0", new)


def excerpt(file: Path, names: list[str]) -> str:
    """The source of each name in `file`, where `Class.method` is a method without its indentation."""
    text = file.read_text(encoding="utf-8")
    return "\n".join(_source(text, name, file) for name in names)


def _source(text: str, name: str, file: Path) -> str:
    body: list[ast.stmt] = ast.parse(text).body
    found: ast.stmt | None = None
    for part in name.split("."):
        found = next((node for node in body if part in _defined(node)), None)
        if found is None:
            raise AssertionError(f"{file} defines no {name}")
        body = getattr(found, "body", [])
    assert found is not None
    lines = text.splitlines(keepends=True)[found.lineno - 1 : found.end_lineno]
    return textwrap.dedent("".join(lines))


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.FunctionDef) and not any("overload" in ast.unparse(d) for d in node.decorator_list):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def commands(body: str) -> Iterator[str]:
    """The commands of a console block, each followed by what it prints."""
    for line in body.splitlines():
        if line.startswith(COMMAND):
            yield f"{line}\n{printed(partial(rnnsym, shlex.split(line)[2:]))}"
        elif line.startswith("$ "):
            raise AssertionError(f"'{line}': only rnnsym is run in a console block")


def printed(action: Callable[[], Any]) -> str:
    """What `action` prints, errors included."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), contextlib.chdir(ROOT):
        action()
    stream.flush()
    return stream.buffer.getvalue().decode()


def pictures() -> Iterator[tuple[Path, str]]:
    """The pictures that a command draws, each with what it draws now."""
    for name, command in PICTURES.items():
        yield ROOT / "docs" / "pictures" / name, printed(partial(rnnsym, shlex.split(command)))


def main(arguments: list[str]) -> int:
    stale = []
    texts = ((path, refreshed(path.read_text(encoding="utf-8"), path.name)) for path in pages())
    for path, fresh in (*texts, *pictures()):
        if not path.exists() or fresh != path.read_text(encoding="utf-8"):
            stale.append(path.relative_to(ROOT))
            if "--check" not in arguments:
                path.write_text(fresh, encoding="utf-8")
    print(*(f"{path}: {'out of date' if '--check' in arguments else 'rewritten'}" for path in stale), sep="\n")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
