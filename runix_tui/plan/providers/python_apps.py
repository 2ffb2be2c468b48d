"""Where a Python application object is: found in the syntax tree, never assumed from a name. Nothing is run."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runix_tui.core.ports import SourceTree

CLASSES = {
    ("fastapi", "FastAPI"): "fastapi",
    ("flask", "Flask"): "flask",
    ("starlette.applications", "Starlette"): "starlette",
    ("litestar", "Litestar"): "litestar",
    ("quart", "Quart"): "quart",
    ("falcon", "App"): "falcon",
    ("falcon.asgi", "App"): "falcon-asgi",
    ("bottle", "Bottle"): "bottle",
    ("blacksheep", "Application"): "blacksheep",
    ("connexion", "FlaskApp"): "connexion",
}
"""(module, class) → framework. Modules that re-export one (``from starlette import …``) are not common."""

ASGI = frozenset({"fastapi", "starlette", "litestar", "quart", "falcon-asgi", "blacksheep", "connexion"})

_FILES = ("main", "app", "application", "server", "wsgi", "asgi", "api", "run", "index", "__init__")
_VARIABLES = ("app", "application", "api", "server")
_SKIPPED = frozenset(
    [
        "tests",
        "test",
        "testing",
        "docs",
        "doc",
        "examples",
        "example",
        "samples",
        "migrations",
        "alembic",
        "scripts",
        "node_modules",
        "venv",
        ".venv",
        "env",
        "site-packages",
        "build",
        "dist",
        "benchmarks",
        "tools",
    ]
)
_MOST_FILES = 400


@dataclass(frozen=True, slots=True)
class App:
    """An application object. ``module`` is dotted, as seen from ``path`` (a folder put on PYTHONPATH, empty for the
    top); ``factory``: ``variable`` is a function that makes it."""

    framework: str
    file: str
    line: int
    module: str
    variable: str
    factory: bool
    path: str = ""

    @property
    def asgi(self) -> bool:
        """Whether it speaks ASGI (else WSGI)."""
        return self.framework in ASGI

    @property
    def source(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class _Found:
    framework: str
    name: str
    line: int
    factory: bool


def find(tree: SourceTree, frameworks: Iterable[str]) -> App | None:
    """The application of one of these frameworks that is most likely meant: nearest to the top, in a file and a
    variable of the usual names; an object before a factory in the same folder."""
    wanted = frozenset(frameworks)
    files = sorted(python_files(tree), key=_file_rank)[:_MOST_FILES]
    parsed = [(path, module) for path in files if (module := parse(tree, path, wanted)) is not None]
    factories = {found.name: found.framework for _, module in parsed for found in _module(module, {}) if found.factory}
    best: tuple[tuple[int, int, int], App] | None = None
    for path, module in parsed:
        for found in _module(module, factories):
            if found.framework not in wanted:
                continue
            rank = (path.count("/"), int(found.factory), _index(_VARIABLES, found.name))
            if best is None or rank < best[0]:
                base, dotted = import_base(tree, path, module)
                best = rank, App(found.framework, path, found.line, dotted, found.name, found.factory, base)
    return best[1] if best else None


def python_files(tree: SourceTree) -> list[str]:
    """The repository's Python files, without tests, documentation and what is installed."""
    return [
        path
        for path in tree.glob("**/*.py")
        if not (_SKIPPED & set(path.split("/")[:-1])) and not path.rpartition("/")[2].startswith(("test_", "conftest"))
    ]


def parse(tree: SourceTree, path: str, wanted: Iterable[str] = ()) -> ast.Module | None:
    """A file's syntax tree; None when it has none (of another Python version), or names none of ``wanted``."""
    text = tree.text(path)
    if text is None:
        return None
    words = {word.split("-")[0] for word in wanted}
    if words and not any(word in text for word in words) and "create_app" not in text and "make_app" not in text:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def import_base(tree: SourceTree, path: str, module: ast.Module) -> tuple[str, str]:
    """From which folder a file's own imports work, and its dotted name from there.

    The first ancestor (from the top) in which every import that is found in some ancestor is found; a ``src`` folder
    that is no package itself is preferred to the top when imports don't decide.
    """
    folders = path.split("/")[:-1]
    ancestors = ["/".join(folders[:depth]) for depth in range(len(folders) + 1)]
    names = [name for name in _imported(module) if any(_resolves(tree, base, name) for base in ancestors)]
    fitting = [base for base in ancestors if all(_resolves(tree, base, name) for name in names)]
    base = fitting[0] if fitting else ""
    if base == "" and folders[:1] == ["src"] and not tree.exists("src/__init__.py") and "src" in fitting:
        base = "src"
    inner = path[len(base) + 1 :] if base else path
    dotted = inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return base, dotted


def has_main(module: ast.Module) -> bool:
    """Whether a file does something when it is started: ``if __name__ == "__main__"``."""
    return any(
        isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and "__main__" in ast.dump(node.test)
        for node in module.body
    )


def _imported(module: ast.Module) -> list[str]:
    """The top-level names of absolute imports."""
    found: dict[str, None] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0]: None for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found[node.module.split(".")[0]] = None
    return list(found)


def _resolves(tree: SourceTree, base: str, name: str) -> bool:
    prefix = f"{base}/{name}" if base else name
    return tree.exists(f"{prefix}.py") or tree.exists(f"{prefix}/__init__.py") or bool(tree.glob(f"{prefix}/*.py"))


def _module(module: ast.Module, factories: dict[str, str]) -> Iterator[_Found]:
    """Application objects and factories at the top of a module. ``factories`` are known ones of other modules."""
    names = _bindings(module)
    known = dict(factories)
    for node in _top(module.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            framework = _factory(node, names)
            if framework:
                known[node.name] = framework
                yield _Found(framework, node.name, node.lineno, True)
        for target, value in _assigned(node):
            framework = _made(value, names)
            if framework is None and isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
                framework = known.get(value.func.id)
            if framework:
                yield _Found(framework, target, node.lineno, False)


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported, also inside ``try``, ``with`` and ``if``."""
    for node in body:
        yield node
        main = isinstance(node, ast.If) and "__main__" in ast.dump(node.test)
        if isinstance(node, ast.If | ast.Try | ast.With) and not main:
            yield from _top(node.body)


def _bindings(module: ast.Module) -> dict[str, str]:
    """Local names → framework, for classes (``FastAPI``) and for modules (``fastapi.FastAPI``)."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                framework = CLASSES.get((node.module or "", alias.name))
                if framework:
                    found[alias.asname or alias.name] = framework
        elif isinstance(node, ast.Import):
            for alias in node.names:
                for (module_name, name), framework in CLASSES.items():
                    if alias.name == module_name:
                        found[f"{alias.asname or alias.name}.{name}"] = framework
    return found


def _made(value: ast.expr | None, names: dict[str, str]) -> str | None:
    """The framework whose class is called here."""
    return names.get(ast.unparse(value.func)) if isinstance(value, ast.Call) else None


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value


def _factory(node: ast.FunctionDef | ast.AsyncFunctionDef, names: dict[str, str]) -> str | None:
    """The framework of what a function returns, if it can be called without arguments."""
    required = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
    required += sum(default is None for default in node.args.kw_defaults)
    if required > 0 or node.decorator_list or isinstance(node, ast.AsyncFunctionDef):
        return None
    made = {
        target: framework
        for inner in ast.walk(node)
        if isinstance(inner, ast.Assign | ast.AnnAssign)
        for target, value in _assigned(inner)
        if (framework := _made(value, names))
    }
    for inner in ast.walk(node):
        if isinstance(inner, ast.Return) and inner.value is not None:
            framework = made.get(ast.unparse(inner.value)) or _made(inner.value, names)
            if framework:
                return framework
    return None


def _file_rank(path: str) -> tuple[int, int, str]:
    return path.count("/"), _index(_FILES, path.rpartition("/")[2].removesuffix(".py")), path


def _index(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)
