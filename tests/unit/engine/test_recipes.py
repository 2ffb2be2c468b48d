import dataclasses

from runix_tui import catalog
from runix_tui.core.bases import BaseImage
from runix_tui.engine.ca import Trust
from runix_tui.engine.instrument import instructions
from runix_tui.engine.recipes import build_recipe, run_recipe, trusting_recipe

ROOT = "localhost/runix-base/root:bookworm"
RUN = "localhost/runix-base/python:3.11"
TRUST = Trust(("CERT A\n", "CERT B\n"), "BUNDLE")


def base(name: str = "python:3.11") -> BaseImage:
    found = catalog.load().base(name)
    assert found is not None
    return found


def stages(dockerfile: str) -> list[str]:
    return [text.split()[1] for word, text in instructions(dockerfile) if word == "FROM"]


def test_the_run_variant_is_the_packages_on_a_bare_root() -> None:
    recipe = run_recipe(base(), ROOT)
    assert stages(recipe.dockerfile) == [ROOT]
    assert "python3-venv" in recipe.dockerfile
    assert "g++" not in recipe.dockerfile
    assert recipe.files == {}


def test_what_apt_fetched_is_removed_in_the_same_step() -> None:
    for recipe in (run_recipe(base(), ROOT), build_recipe(base(), RUN, TRUST, "", ROOT), trusting_recipe(RUN, TRUST)):
        for word, text in instructions(recipe.dockerfile):
            assert word != "RUN" or "apt-get" not in text or "rm -rf /var/lib/apt/lists/*" in text


def test_the_build_variant_stands_on_the_run_variant_with_compilers_and_authorities() -> None:
    recipe = build_recipe(base(), RUN, TRUST, "Acquire::X;\n", ROOT)
    assert stages(recipe.dockerfile) == [RUN]
    assert recipe.files == {"runix-1.crt": b"CERT A\n", "runix-2.crt": b"CERT B\n", "apt.conf": b"Acquire::X;\n"}
    assert "update-ca-certificates" in recipe.dockerfile
    assert "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in recipe.dockerfile
    assert "g++" in recipe.dockerfile


def test_without_extra_authorities_none_is_named() -> None:
    recipe = build_recipe(base(), RUN, Trust(), "", ROOT)
    assert "SSL_CERT_FILE" not in recipe.dockerfile
    assert "COPY" not in recipe.dockerfile


def test_a_node_published_as_a_package_is_fetched_in_a_stage_of_its_own() -> None:
    node = base("node:22")
    run = run_recipe(node, ROOT)
    assert stages(run.dockerfile) == [ROOT, ROOT]
    assert "npm pack --silent npm@10" in run.dockerfile
    assert "COPY --from=node /out/run/ /" in run.dockerfile
    built = build_recipe(node, "run", TRUST, "", ROOT)
    assert stages(built.dockerfile) == [ROOT, "run"]
    assert "npm_config_nodedir" in built.dockerfile


def test_on_a_registrys_image_nothing_of_ours_is_fetched() -> None:
    built = build_recipe(base("node:22"), "run", TRUST, "", None)
    assert stages(built.dockerfile) == ["run"]
    assert "npm pack" not in built.dockerfile


def test_the_digest_follows_packages_and_authorities() -> None:
    more = dataclasses.replace(base(), packages=("python3", "tini"))
    assert run_recipe(base(), ROOT).digest == run_recipe(base(), ROOT).digest
    assert run_recipe(base(), ROOT).digest != run_recipe(more, ROOT).digest
    one, two = (build_recipe(base(), RUN, Trust((cert,), "x"), "", ROOT) for cert in ("A", "B"))
    assert one.digest != two.digest
