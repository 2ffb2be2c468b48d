from runix_tui.engine import ca
from runix_tui.engine.provision import APT_SECRET, CA_SECRET, CA_TARGET, Provision, has_everything

TRUST = ca.Trust(("one",), "all")
GIVEN = Provision(TRUST, {CA_SECRET: b"all", APT_SECRET: b"x"})


def test_a_dockerfile_gets_both_secrets_and_the_names_that_tools_look_for() -> None:
    text = GIVEN.dockerfile("FROM a\nRUN x\n")
    assert text.count("--mount=type=secret") == 2
    for name in ca.VARIABLES:
        assert f"{name}={CA_TARGET}" in text
    assert "APT_CONFIG=/run/runix-apt.conf" in text


def test_apts_settings_alone_name_no_authority() -> None:
    text = Provision(secrets={APT_SECRET: b"x"}).dockerfile("FROM a\nRUN x\n")
    assert text == (
        "FROM a\nARG APT_CONFIG=/run/runix-apt.conf\n"
        "RUN --mount=type=secret,id=runix-apt,target=/run/runix-apt.conf,mode=0444 x\n"
    )


def test_a_plain_host_changes_no_dockerfile() -> None:
    assert Provision().dockerfile("FROM a\nRUN x\n") == "FROM a\nRUN x\n"


def test_build_variants_of_ours_have_everything() -> None:
    assert has_everything("localhost/runix-base/python:3.11-build-0123abcd")
    assert has_everything("localhost/runix-base/python:3.11-build")
    assert not has_everything("localhost/runix-base/python:3.11")
    assert not has_everything("docker.io/evil/runix-base/python:3.11-build")
    assert not has_everything("localhost/runix-base/python-build:3.11")


def test_the_log_shows_steps_as_they_were_written_and_none_of_ours() -> None:
    [_, ours, run] = GIVEN.dockerfile("FROM a\nRUN make it\n").splitlines()
    assert GIVEN.shown(f"STEP 2/4: {ours}") is None
    assert GIVEN.shown(f"[1/2] STEP 3/4: {run}") == "[1/2] STEP 3/4: RUN make it"
    assert GIVEN.shown('STEP 4/4: LABEL "dev.runix.home"="x" "dev.runix.version"="1"') is None
    assert GIVEN.shown("STEP 2/4: ARG VERSION=/run/of/the/mill") == "STEP 2/4: ARG VERSION=/run/of/the/mill"
