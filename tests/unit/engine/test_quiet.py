from runix_tui.engine.quiet import without_noise


def test_what_matters_of_an_install_is_left() -> None:
    lines: list[str] = []
    sink = without_noise(lambda _, line: lines.append(line))
    said = (
        "Get:1 http://m.example bookworm InRelease [151 kB]",
        "(Reading database ... 4651 files and directories currently installed.)",
        "Unpacking libssl3:amd64 (3.0) ...",
        "Setting up libssl3:amd64 (3.0) ...",
        "E: Unable to locate package nothing",
        "",
    )
    matters = ["Setting up libssl3:amd64 (3.0) ...", "E: Unable to locate package nothing"]
    for line in said:
        sink("stdout", line)
    assert lines == matters
    sink("stdout", "\n".join(said))
    assert lines == matters * 2
