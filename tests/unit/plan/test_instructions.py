import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.errors import PlanError
from runix_tui.plan.instructions import parse


def read(text: str) -> list[str]:
    return [each.render() for each in parse(text)[0]]


def test_comments_continuations_and_case_are_settled() -> None:
    text = "# first\nfrom a\r\nRUN one \\\n  # said in between\n\n  && two\\\n&& three\n\trun\tfour\n"
    assert read(text) == ["FROM a", "RUN one   && two&& three", "RUN four"]


def test_directives_are_named_and_dropped() -> None:
    found, ignored = parse("# syntax=docker/dockerfile:1\n# escape=\\\nFROM a\n# syntax=later\n")
    assert ignored == ("syntax",)
    assert [each.keyword for each in found] == ["FROM"]


def test_flags_are_read_apart() -> None:
    (run,) = parse("RUN --mount=type=cache,target=/x \\\n --network=none  make -j --all")[0]
    assert run.flags == ("--mount=type=cache,target=/x", "--network=none")
    assert run.rest == "make -j --all"


def test_heredocs_are_taken_with_their_bodies() -> None:
    text = "RUN <<EOF\nFROM evil\nRUN --mount=from=x y\nEOF\nRUN python3 - <<-'A' <<B\n\tx\n\tA\ny\nB\nRUN after"
    first, second, third = parse(text)[0]
    assert [(each.name, each.body) for each in first.heredocs] == [("EOF", "FROM evil\nRUN --mount=from=x y\n")]
    assert [(each.name, each.body, each.quoted) for each in second.heredocs] == [
        ("A", "x\n", True),
        ("B", "y\n", False),
    ]
    assert third.rest == "after"


@pytest.mark.parametrize(
    "rest", ["echo $((1<<2))", "cat <<<word", "echo '<<EOF'", 'echo "a <<EOF b"', '["echo", "<<EOF"]']
)
def test_what_only_looks_like_a_heredoc_is_none(rest: str) -> None:
    (run,) = parse(f"RUN {rest}\n")[0]
    assert run.heredocs == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("FORM a", "unknown instruction"),
        ("RUN", "without arguments"),
        ('RUN --mount=type=bi"nd" x', "quotes"),
        ("RUN -- x", "quotes or escapes"),
        ("RUN a\\", "nothing after it"),
        ("# escape=`\nFROM a", "escape"),
        ("RUN <<EOF\nx\n", "never ends"),
        ("RUN cat<<EOF\nx\nEOF", "heredoc"),
        ("RUN cat <<EOF; x\nx\nEOF", "heredoc"),
        ("RUN cat <<$X\nx\n", "heredoc"),
        ("RUN a\u202eb", "U+202E"),
        ("RUN a\x0bb", "U+000B"),
        ("RUN\u00a0--mount=type=bind,from=x y", "U+00A0"),
        ("FROM a\u2028RUN x", "U+2028"),
        ("RUN a\x00", "U+0000"),
        ("RUN " + "x" * 60_001, "60000"),
    ],
)
def test_what_builders_may_read_differently_is_refused(text: str, rule: str) -> None:
    with pytest.raises(PlanError, match="Dockerfile line ") as caught:
        parse(text)
    assert rule in caught.value.message
    assert (caught.value.code, bool(caught.value.hint)) == ("policy", True)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found, _ = parse(text)
    except PlanError:
        return
    again, _ = parse("\n".join(each.render() for each in found if not each.heredocs))
    assert [each.render() for each in again] == [each.render() for each in found if not each.heredocs]
