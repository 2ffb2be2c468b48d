"""Languages that rules do not plan yet: recognised, so that their repositories are not taken for a bare site."""

from runix_tui.core.ports import SourceTree

MANIFESTS = {
    "go.mod": "Go",
    "Cargo.toml": "Rust",
    "Gemfile": "Ruby",
    "composer.json": "PHP",
    "pom.xml": "Java",
    "build.gradle": "Java",
    "build.gradle.kts": "Kotlin",
    "mix.exs": "Elixir",
    "deno.json": "Deno",
    "pubspec.yaml": "Dart",
    "*.csproj": ".NET",
    "index.php": "PHP",
}


def found(tree: SourceTree) -> dict[str, str]:
    """Manifests at the top → their language."""
    return {path: language for pattern, language in MANIFESTS.items() for path in tree.glob(pattern)}
