"""Which lines and branches are reached, noted by the product's own code instead of by a tracer.

Before Python 3.12 a tracer is called for each line of each library too, and a test takes nearly twice as long. So
modules of ours are compiled here with a note before each statement, and in each arm of a branch that has none. What the
notes mean is said in coverage's words, and coverage reports as ever.
"""

import ast
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import pairwise
from pathlib import Path
from types import CodeType, ModuleType
from typing import TypedDict

CHECKOUT = Path(__file__).resolve().parents[1]
WANTED = "CRM_NOTED"  # "workers", those of pytest-xdist, or "here"
LIST = "__noted__"
ENTRY = -1  # whatever came before a line that was reached

noted: list[int] = []
"""1 for each note that was reached, of all modules."""
modules: "dict[str, Notes]" = {}
"""By their file: those that were imported."""

Arc = tuple[int, int]
Lines = Sequence[int]
Body = list[ast.stmt]


@dataclass(slots=True)
class Scope:
    """A function, a class or a module: the numbers of its notes, and the lines that leaving it is named after."""

    named_after: Lines
    first: int
    end: int = 0


@dataclass(slots=True)
class Past:
    """A branch of which none of the arms was taken."""

    line: int
    arms: Lines
    scope: Scope


@dataclass(slots=True)
class Note:
    """What has happened where it is reached."""

    lines: Lines = ()
    arcs: Sequence[Arc] = ()
    past: Past | None = None


@dataclass(slots=True)
class Notes:
    """Of a module. `first`: the number of its first one among those of all."""

    first: int
    each: list[Note] = field(default_factory=list)

    def new(self, note: Note) -> int:
        self.each.append(note)
        return self.end - 1

    @property
    def end(self) -> int:
        return self.first + len(self.each)

    def arcs(self) -> set[Arc]:
        reached = [note for number, note in enumerate(self.each, self.first) if noted[number]]
        found = {arc for note in reached for arc in note.arcs}
        found |= {(ENTRY, line) for note in reached for line in note.lines}
        for note in reached:
            found |= self._past(note.past) if note.past else set()
        return {(start, end) for start, end in found if start != end}

    def _past(self, past: Past) -> set[Arc]:
        """It went on at some line of the same scope that was reached, or left that: coverage knows where it can have,
        and passes over the rest.
        """
        around = range(past.scope.first, past.scope.end)
        lines = {line for number in around if noted[number] for line in self.each[number - self.first].lines}
        return {(past.line, line) for line in (lines - set(past.arms)) | {-line for line in past.scope.named_after}}


class Noting:
    """Puts the notes into the statements of a module."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def module(self, tree: ast.Module) -> None:
        """What must come first stays first."""
        scope, first = Scope([1], self.notes.end), 1 if has_docstring(tree.body) else 0
        while first < len(tree.body) and is_of_the_future(tree.body[first]):
            first += 1
        before, rest = tree.body[:first], tree.body[first:]
        bring = ast.ImportFrom(__name__, [ast.alias("noted", LIST, **at(1))], 0, **at(1))
        future = [self._note(each.lineno, lines=[each.lineno]) for each in before if is_of_the_future(each)]
        tree.body = [*before, bring, *future, *self._body(rest, scope)]
        scope.end = self.notes.end

    def _note(self, near: int, **what: object) -> ast.stmt:
        number = ast.Constant(self.notes.new(Note(**what)), **at(near))  # type: ignore[arg-type]
        place = ast.Subscript(ast.Name(LIST, ast.Load(), **at(near)), number, ast.Store(), **at(near))
        return ast.Assign([place], ast.Constant(1, **at(near)), **at(near))

    def _body(self, body: Body, scope: Scope, *, arm_of: int | None = None) -> Body:
        made: Body = []
        for each in body:
            lines = lines_of(each)
            arcs = [(arm_of, lines[0])] if arm_of and not made else []
            made += [self._note(each.lineno, lines=lines, arcs=arcs), each]
            self._within(each, scope)
        return made

    def _within(self, each: ast.stmt, scope: Scope) -> None:
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                own, first = Scope(lines_of(each), self.notes.end), 1 if has_docstring(each.body) else 0
                each.body = each.body[:first] + self._body(each.body[first:], own)
                own.end = self.notes.end
            case ast.If() | ast.While():
                self._branch(each, each.test.lineno, scope)
            case ast.For() | ast.AsyncFor():
                self._branch(each, each.iter.lineno, scope)
            case ast.With() | ast.AsyncWith():
                each.body = self._body(each.body, scope)
            case ast.Match():
                self._cases(each, scope)
            case ast.Try() | ast.TryStar():
                self._attempt(each, scope)

    def _branch(self, each: ast.If | ast.While | ast.For | ast.AsyncFor, line: int, scope: Scope) -> None:
        arm = lines_of(each.body[0])[0]
        each.body = self._body(each.body, scope, arm_of=line)
        each.orelse = self._body(each.orelse, scope, arm_of=line) or [
            self._note(each.lineno, past=Past(line, [arm], scope))
        ]

    def _cases(self, each: ast.Match, scope: Scope) -> None:
        """A case is tried when none before it fits."""
        lines = [case.pattern.lineno for case in each.cases]
        tried = list(pairwise(lines))
        arm = lines_of(each.cases[-1].body[0])[0]
        for number, case in enumerate(each.cases):
            fits = self._note(lines[number], lines=lines[: number + 1], arcs=tried[:number])
            case.body = [fits, *self._body(case.body, scope, arm_of=lines[number])]
        if not takes_anything(each.cases[-1]):
            none = self._note(each.lineno, lines=lines, arcs=tried, past=Past(lines[-1], [arm], scope))
            each.cases.append(ast.match_case(ast.MatchAs(**at(each.lineno)), None, [none]))

    def _attempt(self, each: ast.Try | ast.TryStar, scope: Scope) -> None:
        """A handler is asked when none before it takes the error."""
        each.body = self._body(each.body, scope)
        lines = [handler.lineno for handler in each.handlers]
        for number, handler in enumerate(each.handlers, 1):
            takes = self._note(handler.lineno, lines=lines[:number])
            handler.body = [takes, *self._body(handler.body, scope)]
        each.orelse, each.finalbody = self._body(each.orelse, scope), self._body(each.finalbody, scope)


@contextmanager
def forgotten() -> Iterator[None]:
    """What is reached meanwhile."""
    before = noted.copy()
    try:
        yield
    finally:
        noted[:] = before + [0] * (len(noted) - len(before))


class Where(TypedDict):
    lineno: int
    end_lineno: int
    col_offset: int
    end_col_offset: int


def at(line: int) -> Where:
    return {"lineno": line, "end_lineno": line, "col_offset": 0, "end_col_offset": 0}


def lines_of(each: ast.stmt) -> list[int]:
    """Where it begins, and where else Python says that it is at before anything inside."""
    return [*(decorator.lineno for decorator in getattr(each, "decorator_list", ())), each.lineno]


def has_docstring(body: Body) -> bool:
    return (
        bool(body)
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    )


def is_of_the_future(each: ast.stmt) -> bool:
    return isinstance(each, ast.ImportFrom) and each.module == "__future__"


def takes_anything(case: ast.match_case) -> bool:
    pattern: ast.pattern | None = case.pattern
    while isinstance(pattern, ast.MatchOr):
        pattern = pattern.patterns[-1]
    while isinstance(pattern, ast.MatchAs):
        pattern = pattern.pattern
    return case.guard is None and pattern is None


class Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - its name
        tree = ast.parse(self.get_data(self.path))
        modules[self.path] = notes = Notes(len(noted))
        Noting(notes).module(tree)
        noted.extend([0] * len(notes.each))
        return compile(tree, self.path, "exec", dont_inherit=True)


@dataclass(frozen=True)
class Finder(MetaPathFinder):
    """Of the packages `source`, what is none of `omit`."""

    source: Sequence[str]
    omit: Sequence[str]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in self.source:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin and isinstance(spec.loader, SourceFileLoader) and not self._is_omitted(spec.origin):
            spec.loader = Loader(fullname, spec.origin)
        return spec

    def _is_omitted(self, file: str) -> bool:
        return any(fnmatch(file, pattern) for pattern in self.omit)


def begin_where_wanted() -> None:
    """In this process, and in none that it starts: before anything of ours is imported."""
    if os.environ.get(WANTED) == "workers" and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    if os.environ.pop(WANTED, ""):
        run = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["run"]
        omit = [pattern if pattern.startswith("*") else str(CHECKOUT / pattern) for pattern in run["omit"]]
        sys.meta_path.insert(0, Finder(run["source"], omit))
