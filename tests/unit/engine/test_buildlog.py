import json
import random

import pytest

from runix_tui.engine.buildlog import BuildLog, build_error

ID = "ab" * 32


def answer(*texts: str, error: str = "") -> bytes:
    lines = [json.dumps({"stream": text}) for text in texts]
    if error:
        lines.append(json.dumps({"errorDetail": {"message": error}, "error": error}))
    return ("\n".join(lines) + "\n").encode()


def read(*chunks: bytes) -> tuple[BuildLog, list[str]]:
    lines: list[str] = []
    log = BuildLog(lambda stream, text: lines.extend(text.split("\n")))
    for chunk in chunks:
        log.feed(chunk)
    log.close()
    return log, lines


def test_streams_are_split_into_lines_and_the_last_id_is_the_image() -> None:
    log, lines = read(answer("STEP 1/2: FROM a\n", "one\ntwo\n", "three\n", f"{ID}\n"))
    assert lines == ["STEP 1/2: FROM a", "one", "two", "three"]
    assert log.image_id == ID
    assert log.error == ""


def test_a_step_may_say_what_looks_like_an_image() -> None:
    log, lines = read(answer(f"{ID}\n", "more\n", f"a\n{ID}\nb\n", f"{'cd' * 32}\n"))
    assert lines == [ID, "more", "a", ID, "b"]
    assert log.image_id == "cd" * 32
    log, lines = read(answer(f"{ID}\n", error="no"))
    assert (lines, log.image_id, log.error) == ([ID], "", "no")


def test_a_line_over_several_messages_is_one_line() -> None:
    assert read(answer("hal", "f a li", "ne\nnext\n"))[1] == ["half a line", "next"]


def test_what_lacks_a_newline_is_not_glued_to_the_engines_own_lines() -> None:
    assert read(answer("no newline", "STEP 2/2: RUN x\n", "also none", "--> 0123\n", "end"))[1] == [
        "no newline",
        "STEP 2/2: RUN x",
        "also none",
        "--> 0123",
        "end",
    ]


def test_carriage_returns_colours_and_empty_lines_are_handed_on_raw() -> None:
    assert read(answer("\x1b[31mred\x1b[0m 10%\r20%\r\n", "\n", "ü\ufffd\n"))[1] == [
        "\x1b[31mred\x1b[0m 10%\r20%\r",
        "",
        "ü\ufffd",
    ]


def test_a_line_without_end_comes_in_parts() -> None:
    lines = read(answer(*["x" * 10_000] * 20))[1]
    assert "".join(lines) == "x" * 200_000
    assert max(map(len, lines)) < 80_000


def test_chunks_may_be_cut_anywhere() -> None:
    data = answer(*(f"line {number} ü\n" for number in range(300)), f"{ID}\n")
    chooser = random.Random(7)
    cuts = sorted(chooser.sample(range(1, len(data)), 200))
    chunks = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    log, lines = read(*chunks)
    assert lines == [f"line {number} ü" for number in range(300)]
    assert log.image_id == ID


def test_a_flood_is_handed_over_in_few_texts() -> None:
    texts: list[str] = []
    log = BuildLog(lambda stream, text: texts.append(text))
    log.feed(answer("STEP 2/2: RUN x\n", *(f"line {number}\nand its other half\n" for number in range(5000)), "rest"))
    log.feed(answer(" of it\n", f"{ID}\n"))
    log.close()
    assert len(texts) == 3
    assert "\n".join(texts).split("\n") == [
        "STEP 2/2: RUN x",
        *(line for number in range(5000) for line in (f"line {number}", "and its other half")),
        "rest of it",
    ]
    assert log.evidence[-1] == "rest of it"
    assert len(log.evidence) == 20


def test_the_layers_of_the_engines_own_lines_are_remembered() -> None:
    log, _ = read(answer("--> Using cache " + "cd" * 32 + "\n", "--> 0123456789ab\n", "x\n--> ba9876543210\n"))
    assert log.layers == {"cd" * 32, "0123456789ab"}, "what a step says is no layer"


def test_the_engine_went_away_in_the_middle() -> None:
    log, lines = read(answer("one\n", "two\n"), b'{"stream":"thr')
    assert lines == ["one", "two"]
    assert (log.image_id, log.error) == ("", "")


def test_the_last_lines_are_the_evidence() -> None:
    log, _ = read(answer(*(f"{number}\n" for number in range(50)), error="x"))
    assert log.evidence == tuple(str(number) for number in range(30, 50))
    assert log.error == "x"


def test_own_lines_are_shown_as_the_writer_expects_them() -> None:
    lines: list[str] = []
    log = BuildLog(
        lambda _, text: lines.extend(text.split("\n")),
        lambda line: None if "ARG" in line else line.replace("--ours ", ""),
    )
    log.feed(
        answer(
            "STEP 1/3: ARG X\n",
            "STEP 2/3: RUN --ours x\n",
            "a --ours line of the step's\n",
            error='at STEP "RUN --ours x": y',
        )
    )
    log.close()
    assert lines == ["STEP 2/3: RUN x", "a --ours line of the step's"]
    assert log.error == 'at STEP "RUN x": y'


@pytest.mark.parametrize(
    "text",
    [
        'error building at STEP "RUN pip install -r requirements.txt": error while running runtime: exit status 3',
        'building at STEP "RUN pip install -r requirements.txt": while running runtime: exit status 3',
    ],
    ids=["4.3", "5.x"],
)
def test_step_and_exit_code_are_named(text: str) -> None:
    error = build_error(text, ("last",))
    assert error.message == 'The step "RUN pip install -r requirements.txt" failed with exit code 3.'
    assert error.evidence == ("last",)
    assert (error.code, error.transient) == ("build_failed", False)
    assert error.hint


STEP = 'error building at STEP "RUN x": error while running runtime: exit status 1'


@pytest.mark.parametrize(
    ("text", "last", "code", "transient"),
    [
        (STEP.replace("status 1", "status 137"), "Killed", "out_of_memory", False),
        (STEP, "FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "out_of_memory", False),
        (STEP, "OSError: [Errno 28] No space left on device", "disk_full", False),
        ("error committing: write /var/lib/x: no space left on device", "", "disk_full", False),
        (STEP, "E: Failed to fetch x  Temporary failure resolving 'm.example'", "network", True),
        (STEP, "npm error code ETIMEDOUT", "network", True),
        (
            STEP,
            "ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate",
            "tls_untrusted",
            False,
        ),
        (STEP, "ModuleNotFoundError: No module named 'x'", "build_failed", False),
    ],
)
def test_why_is_read_from_the_last_lines(text: str, last: str, code: str, transient: bool) -> None:
    error = build_error(text, ("before", last))
    assert (error.code, error.transient) == (code, transient)
    assert error.hint


def test_an_image_that_is_not_there_is_named() -> None:
    error = build_error("error creating build container: docker.io/library/nothere:1: image not known", ())
    assert error.code == "no_base_image"
    assert "docker.io/library/nothere:1" in error.message


def test_a_long_step_is_cut_and_in_one_line() -> None:
    error = build_error('building at STEP "RUN a \\\n  && ' + "b" * 500 + '": while running runtime: exit status 1', ())
    assert "\n" not in error.message
    assert len(error.message) < 200


def test_an_image_removed_meanwhile_is_worth_another_try():
    error = build_error(
        "checking if cached image exists from a previous build: getting top layer info: layer not known", ()
    )
    assert error.code == "storage_changed"
    assert error.transient
    failed = build_error('building at STEP "RUN x": while running runtime: exit status 1', ("E: layer not known",))
    assert not failed.transient
