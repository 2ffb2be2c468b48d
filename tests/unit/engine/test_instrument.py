from hypothesis import given
from hypothesis import strategies as st

from runix_tui.engine.instrument import instructions, instrument, mount_flag

FLAG = mount_flag("ca", "/run/ca.crt")


def prepared(text: str) -> str:
    return instrument(text, mounts=[FLAG], args={"A": "/run/ca.crt"}, skip=lambda name: name == "ready")


def test_every_run_gets_the_mounts_and_every_stage_one_argument_line() -> None:
    assert prepared("FROM a\nCOPY . .\nRUN one\nRUN two\n") == (
        f"FROM a\nARG A=/run/ca.crt\nCOPY . .\nRUN {FLAG} one\nRUN {FLAG} two\n"
    )


def test_a_stage_without_run_is_left_alone() -> None:
    assert prepared("FROM a\nCMD x\n") == "FROM a\nCMD x\n"


def test_each_stage_declares_anew() -> None:
    assert prepared("FROM a AS b\nRUN x\nFROM c\nRUN y\n").count("ARG ") == 2


def test_stages_that_are_ready_and_those_on_them_are_left_alone() -> None:
    text = "FROM ready AS Tools\nRUN x\nFROM tools\nRUN y\nFROM --platform=linux/amd64 other\nRUN z\n"
    assert prepared(text) == text.replace("RUN z", f"ARG A=/run/ca.crt\nRUN {FLAG} z")


def test_continuations_comments_inside_and_other_flags_stay_what_they_are() -> None:
    text = 'FROM a\nRUN --mount=type=cache,target=/c one \\\n  # why\n\n  two\nrun ["x"]\n'
    assert prepared(text) == (
        f"FROM a\nARG A=/run/ca.crt\nRUN {FLAG} --mount=type=cache,target=/c one \\\n  # why\n\n  two\n"
        f'run {FLAG} ["x"]\n'
    )


def test_a_word_run_inside_something_else_is_not_an_instruction() -> None:
    text = 'FROM a\nENV X="\\\nRUN y"\nLABEL a=b \\\n RUN=c\n# RUN z\nONBUILD RUN later\n'
    assert prepared(text) == text


def test_heredoc_bodies_are_not_looked_into() -> None:
    text = "COPY <<EOF <<-'TWO' /x\nRUN no\nEOF\n\tRUN neither\n\tTWO\nRUN"
    assert prepared(f"FROM a\n{text} yes\n") == f"FROM a\nARG A=/run/ca.crt\n{text} {FLAG} yes\n"


def test_another_escape_character_by_directive() -> None:
    text = "# escape=`\nFROM a\nCOPY c:\\ \\\nRUN one `\nRUN two\n"
    assert prepared(text) == text.replace("COPY", "ARG A=/run/ca.crt\nCOPY").replace("RUN one", f"RUN {FLAG} one")


def test_nothing_to_give_changes_nothing() -> None:
    assert instrument("FROM a\nRUN x", mounts=[], args={}) == "FROM a\nRUN x"


@given(st.text(alphabet="RUNFOM#\\ \n<EOFax`=-\"'", max_size=200))
def test_the_instructions_are_the_whole_text(text: str) -> None:
    assert "".join(part for _, part in instructions(text)) == text
