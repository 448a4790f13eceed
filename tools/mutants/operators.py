"""The mutation operators: one `Mutant` for each place where one applies.

Only what runs inside functions is changed, since most of that can be exchanged in a process that has imported everything (for the rest see `reimport`);
sentences, log lines, types, assertions and docstrings are left as they are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
UNWRAPPED = {"sorted", "reversed"}
LOGS = {"log", "LOG", "logger", "_log", "_LOG"}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One fault: where it lies, what stood there, and what stands there instead."""

    path: str
    """Of the module, from the project's folder."""
    function: str
    """The qualified name of the outermost function it lies in."""
    line: int
    was: str
    becomes: str
    """Lines of the source without and with the fault."""
    key: str
    """The same as long as the function is."""
    build: Callable[[], ast.Module]
    """The module's tree with the fault."""

    @property
    def name(self) -> str:
        """How the list of those that may live calls it: it does not depend on where in the module the function stands."""
        return f"{self.path} {self.function}: {_on_one_line(self.was)} → {_on_one_line(self.becomes)}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass
class _Change:
    """Puts another node where one is: into a field of its parent, or into the list that is in it."""

    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST | None

    def put(self, node: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        elif node is None:
            del getattr(self.parent, self.field)[self.index]
        else:
            getattr(self.parent, self.field)[self.index] = node

    def undo(self) -> None:
        if self.index is not None and self.new is None:
            getattr(self.parent, self.field).insert(self.index, self.old)
        else:
            self.put(self.old)


def mutants(root: Path, path: str) -> list[Mutant]:
    """All of a module, in the order of its lines."""
    text = (root / path).read_text(encoding="utf-8")
    tree = ast.parse(text)
    found: list[Mutant] = []
    for function, name in _outermost(tree.body, ""):
        ground = sha256(f"{path} {name} {ast.dump(function)}".encode()).hexdigest()
        for ordinal, change in enumerate(_changes(function)):
            was, becomes = _shown(text, change)
            key = sha256(f"{ground} {ordinal} {was} {becomes}".encode()).hexdigest()[:20]
            line = getattr(change.old, "lineno", getattr(change.parent, "lineno", function.lineno))
            found.append(Mutant(path, name, line, was, becomes, key, _built(tree, change)))
    return found


def named(root: Path, path: str, was: str, becomes: str) -> Mutant:
    """A fault that was put in by hand once: a text that stands in the module once, and what stands there instead. Raises ValueError where it does not."""
    text = (root / path).read_text(encoding="utf-8")
    if text.count(was) != 1:
        raise ValueError(f"{path} has {text.count(was)} places {was!r}, not one")
    line = text[: text.index(was)].count("\n") + 1
    functions = list(_outermost(ast.parse(text).body, ""))
    function = next(name for node, name in functions if node.lineno <= line <= (node.end_lineno or node.lineno))
    changed = text.replace(was, becomes)
    key = sha256(f"{path} {was} {becomes}".encode()).hexdigest()[:20]
    return Mutant(path, function, line, was, becomes, key, lambda: ast.parse(changed))


def _outermost(body: list[ast.stmt], prefix: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    for node in body:
        if isinstance(node, FUNCTION):
            yield node, prefix + node.name
        elif isinstance(node, ast.ClassDef):
            yield from _outermost(node.body, f"{prefix}{node.name}.")


def _built(tree: ast.Module, change: _Change) -> Callable[[], ast.Module]:
    def build() -> ast.Module:
        change.put(change.new)
        try:
            return copy.deepcopy(tree)
        finally:
            change.undo()

    return build


def _shown(text: str, change: _Change) -> tuple[str, str]:
    """The lines of the source that a change touches, without it and with it."""
    spot = change.old
    if change.new is None and not hasattr(spot, "lineno"):
        spot = change.parent
    lines = text.encode().split(b"\n")
    first, last = spot.lineno - 1, spot.end_lineno - 1  # type: ignore[attr-defined]
    was = lines[first : last + 1]
    new = "" if change.new is None else ast.unparse(change.new)
    if isinstance(change.new, ast.BoolOp | ast.Compare | ast.BinOp | ast.IfExp) and not isinstance(change.parent, ast.stmt):
        new = f"({new})"
    becomes = was[0][: spot.col_offset] + new.encode() + was[-1][spot.end_col_offset :]  # type: ignore[attr-defined]
    return b"\n".join(was).decode(), becomes.decode()


def _changes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[_Change]:
    for field, index, node in _children(function):
        if field == "body":
            yield from _of(node, function, field, index)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield field, index, one


def _of(node: ast.AST, parent: ast.AST, field: str, index: int | None) -> Iterator[_Change]:
    """The changes at a node and below it."""
    if _left_alone(node):
        return
    for new in _instead(node, parent):
        yield _Change(
            parent, field, index, node, ast.copy_location(copy.copy(new), node)
        )  # of a part that stands in the tree too, and keeps its own place there
    if isinstance(node, ast.Call):
        for number, keyword in enumerate(node.keywords):
            if not (keyword.arg is None or keyword.arg == "strict" or isinstance(keyword.value, ast.JoinedStr) or _sentence(keyword.value)):
                yield _Change(node, "keywords", number, keyword, None)
    if isinstance(node, ast.comprehension):
        for number, condition in enumerate(node.ifs):
            yield _Change(node, "ifs", number, condition, ast.copy_location(ast.Constant(True), condition))
    for below, at, child in _children(node):
        if not _passed_over(node, below, at):
            yield from _of(child, node, below, at)


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal | ast.ClassDef):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.keyword) and node.arg == "strict":  # of zip: an assertion, as those of models are
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        owner = node.value.func.value
        return isinstance(owner, ast.Name) and owner.id in LOGS
    return False


def _passed_over(node: ast.AST, field: str, index: int | None) -> bool:
    """Types, defaults and decorators: these are no part of what runs when a function does."""
    if isinstance(node, FUNCTION):
        return field != "body"
    if isinstance(node, ast.Lambda):
        return field != "body"
    if isinstance(node, ast.AnnAssign):
        return field == "annotation"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"cast", "TypeVar"}:
        return field == "func" or index == 0
    if isinstance(node, ast.ExceptHandler):
        return field == "type"
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and field == "slice" and _a_type(node.value)


def _a_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"dict", "list", "set", "frozenset", "tuple", "Bounded", "OrderedDict", "defaultdict", "Counter", "type"}


def _sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str) and (" " in node.value or not node.value))


def _instead(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _instead_of_statement(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        yield ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            yield ast.Compare(node.left, [COMPARED[type(op)]() if n == at else o for n, o in enumerate(node.ops)], node.comparators)
    elif isinstance(node, ast.BoolOp):
        for at in range(len(node.values)):
            left = [value for n, value in enumerate(node.values) if n != at]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        yield from _instead_of_reckoning(node)
    elif isinstance(node, ast.IfExp) and not _sentence(node.body) and not _sentence(node.orelse):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        yield from _instead_of_constant(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in CALLED:
            yield ast.Call(ast.copy_location(ast.Name(CALLED[node.func.id], ast.Load()), node.func), node.args, node.keywords)
        elif node.func.id in UNWRAPPED and node.args:
            yield node.args[0]
    elif isinstance(node, ast.Tuple) and _a_key(node, parent):
        for at in range(len(node.elts)):
            yield ast.Tuple([ast.copy_location(ast.Constant(None), e) if n == at else e for n, e in enumerate(node.elts)], ast.Load())


def _a_key(node: ast.Tuple, parent: ast.AST) -> bool:
    """Whether this tuple is one value to somebody (a key, an argument), and not several."""
    if isinstance(parent, ast.Assign):
        return len(node.elts) > 1 and not isinstance(parent.targets[0], ast.Tuple)
    return isinstance(node.ctx, ast.Load) and len(node.elts) > 1 and isinstance(parent, ast.Subscript | ast.Call)


def _instead_of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    gone = ast.Pass()
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Break | ast.Continue | ast.Delete):
        yield gone
    elif isinstance(node, ast.Assign):
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            yield gone
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.copy_location(ast.Constant(None), node.value))
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        yield ast.If(test, node.body, node.orelse)
    if isinstance(node, ast.AugAssign) and type(node.op) in RECKONED and not _sentence(node.value):
        yield ast.AugAssign(node.target, RECKONED[type(node.op)](), node.value)


def _instead_of_reckoning(node: ast.BinOp) -> Iterator[ast.AST]:
    if _sentence(node.left) or _sentence(node.right):
        return
    if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.BitXor):
        yield node.left
        yield node.right
    elif type(node.op) in RECKONED:
        yield ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)


def _instead_of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str) and node.value and not any(c.isspace() for c in node.value):
        yield ast.Constant(node.value + "XX")
