import json
from typing import Any

import pytest

from runix_tui.core.plan import Runtime
from tests.plankit import STATIC_SITE, plan_of, refused, rendered


def package(**fields: Any) -> str:
    return json.dumps({"name": "x", **fields})


EXPRESS = package(scripts={"start": "node server.js"}, dependencies={"express": "4"})
LOCK = {"package-lock.json": "{}"}


def test_npm_with_a_start_script() -> None:
    plan = plan_of({"package.json": EXPRESS, **LOCK, "server.js": ""})
    assert (plan.start, plan.install, plan.framework) == (
        ("node", "server.js"),
        ("npm ci --no-audit --no-fund",),
        "express",
    )
    assert plan.manifests == ("package.json", "package-lock.json")
    assert plan.origins["start"].source == "package.json:1 scripts.start"
    assert "/app/node_modules /app/node_modules" in rendered(plan)


@pytest.mark.parametrize(
    ("files", "manager", "install"),
    [
        ({}, "npm", "npm install --no-audit --no-fund"),
        ({"package-lock.json": "{}"}, "npm", "npm ci --no-audit --no-fund"),
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "pnpm@9", "pnpm install --frozen-lockfile"),
        ({"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, "pnpm@7", "pnpm install --frozen-lockfile"),
        ({"yarn.lock": "# yarn lockfile v1\n"}, "yarn@1", "yarn install --frozen-lockfile"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, "yarn@4", "yarn install --immutable"),
        ({"yarn.lock": "__metadata:\n  version: 6\n"}, "yarn@3", "yarn install --immutable"),
        ({"bun.lock": "{}"}, "bun", "bun install --frozen-lockfile"),
    ],
)
def test_the_package_manager_is_that_of_the_lock_file(files: dict[str, str], manager: str, install: str) -> None:
    plan = plan_of({"package.json": EXPRESS, "server.js": "", **files})
    assert (plan.package_manager, plan.install) == (manager, (install,))


def test_package_json_says_the_package_manager_before_lock_files() -> None:
    text = package(packageManager="pnpm@9.15.9+sha512.abc", scripts={"start": "node x.js"}, dependencies={"koa": "2"})
    plan = plan_of({"package.json": text, "package-lock.json": "{}", "x.js": ""})
    assert plan.package_manager == "pnpm@9.15.9"
    assert plan.install == ("pnpm install --no-frozen-lockfile",)


def test_a_yarn_of_the_repository_is_used() -> None:
    files = {"package.json": EXPRESS, "server.js": "", "yarn.lock": "__metadata:\n  version: 8\n"}
    plan = plan_of({**files, ".yarn/releases/yarn-4.1.0.cjs": ""})
    assert plan.install == ("node .yarn/releases/yarn-4.1.0.cjs install --immutable",)
    assert plan.manifests == ()


@pytest.mark.parametrize(
    ("fields", "whole"),
    [
        ({"scripts": {"start": "node x", "postinstall": "prisma generate"}}, True),
        ({"scripts": {"start": "node x", "prepare": "husky"}}, False),
        ({"workspaces": ["packages/*"]}, True),
        ({"dependencies": {"lib": "file:./lib"}}, True),
    ],
)
def test_an_install_that_needs_the_source_gets_it(fields: dict[str, Any], whole: bool) -> None:
    text = package(**{"scripts": {"start": "node x"}, "dependencies": {"koa": "2"}, **fields})
    assert (plan_of({"package.json": text, **LOCK}).manifests == ()) is whole


def test_settings_of_npmrc_go_on_but_nothing_that_may_be_secret() -> None:
    npmrc = "legacy-peer-deps=true\n//host/:_authToken=abc\nregistry=https://x\nnode-linker=hoisted\n"
    plan = plan_of({"package.json": EXPRESS, **LOCK, ".npmrc": npmrc})
    assert plan.install == (
        "npm_config_legacy_peer_deps=true npm_config_node_linker=hoisted npm ci --no-audit --no-fund",
    )
    assert "abc" not in plan.model_dump_json()
    assert "legacy-peer-deps" in plan.origins["install"].reason


def test_a_build_is_run_and_development_is_pruned() -> None:
    text = package(
        scripts={"build": "tsc", "start": "node dist/x.js"},
        dependencies={"koa": "2"},
        devDependencies={"typescript": "5"},
    )
    plan = plan_of({"package.json": text, **LOCK})
    assert plan.build == ("npm run build", "npm prune --omit=dev --ignore-scripts --no-audit --no-fund")


@pytest.mark.parametrize("start", ["tsx src/x.ts", "ts-node x.ts", "cross-env A=1 node x"])
def test_what_the_start_needs_is_not_pruned(start: str) -> None:
    program = start.split(maxsplit=1)[0]
    plan = plan_of({"package.json": package(scripts={"start": start}, devDependencies={program: "1"}), **LOCK})
    assert plan.build == ()


def test_scripts_before_the_start_run_before_it() -> None:
    plan = plan_of({"package.json": package(scripts={"prestart": "node migrate.js", "start": "node x.js"})})
    assert plan.start == ("/bin/sh", "-c", "node migrate.js && exec node x.js")


@pytest.mark.parametrize(
    ("files", "start", "source"),
    [
        ({"package.json": package(main="lib/web.js"), "lib/web.js": ""}, ("node", "lib/web.js"), "package.json main"),
        ({"package.json": package(), "server.js": ""}, ("node", "server.js"), "server.js"),
        ({"package.json": package(), "src/index.js": ""}, ("node", "src/index.js"), "src/index.js"),
    ],
)
def test_without_a_start_script_a_file_says_so(files: dict[str, str], start: tuple[str, ...], source: str) -> None:
    plan = plan_of(files)
    assert (plan.start, plan.origins["start"].source) == (start, source)
    assert plan.origins["start"].confidence < 1


@pytest.mark.parametrize(
    ("fields", "files", "version", "source"),
    [
        ({"engines": {"node": ">=18"}}, {}, "22", "package.json engines.node"),
        ({"engines": {"node": "20.x"}}, {}, "20", "package.json engines.node"),
        ({"engines": {"node": "^18.17 || ^20.3"}}, {}, "20", "package.json engines.node"),
        ({"engines": {"node": "18"}}, {".nvmrc": "v24.1.0\n"}, "24", ".nvmrc"),
        ({}, {".nvmrc": "lts/iron"}, "20", ".nvmrc"),
        ({}, {".nvmrc": "lts/*"}, "22", "default of the rules"),
        ({}, {".node-version": "18.20"}, "18", ".node-version"),
        ({"volta": {"node": "20.1.0"}}, {}, "20", "package.json volta.node"),
        ({}, {".tool-versions": "nodejs 24.0.0"}, "24", ".tool-versions:1"),
        ({}, {}, "22", "default of the rules"),
    ],
)
def test_the_version_is_that_of_the_files_in_their_order(
    fields: dict[str, Any], files: dict[str, str], version: str, source: str
) -> None:
    plan = plan_of({"package.json": package(scripts={"start": "node x"}, **fields), **files})
    assert (plan.version, plan.origins["version"].source) == (version, source)


def test_next_builds_and_starts() -> None:
    text = package(
        scripts={"dev": "next dev", "build": "next build", "start": "next start"}, dependencies={"next": "15"}
    )
    plan = plan_of({"package.json": text, **LOCK})
    assert (plan.framework, plan.start) == ("next", ("next", "start"))
    assert plan.build == ("npm run build", "rm -rf .next/cache")
    assert plan.static_dir is None


def test_next_export_is_files() -> None:
    text = package(scripts={"build": "next build", "start": "next start"}, dependencies={"next": "15"})
    plan = plan_of({"package.json": text, **LOCK, "next.config.mjs": "export default {\n  output: 'export',\n}\n"})
    assert (plan.static_dir, plan.spa) == ("out", False)
    assert plan.origins["static_dir"].source == "next.config.mjs:2"


@pytest.mark.parametrize(
    ("dependency", "script", "folder", "spa"),
    [
        ("vite", "build", "dist", True),
        ("react-scripts", "build", "build", True),
        ("astro", "build", "dist", False),
        ("gatsby", "build", "public", False),
        ("@docusaurus/core", "build", "build", False),
        ("@11ty/eleventy", "build", "_site", False),
        ("vitepress", "docs:build", "docs/.vitepress/dist", False),
        ("@vue/cli-service", "build", "dist", True),
        ("nuxt", "generate", ".output/public", False),
        ("parcel", "build", "dist", True),
    ],
)
def test_front_ends_become_files(dependency: str, script: str, folder: str, spa: bool) -> None:
    plan = plan_of({"package.json": package(scripts={script: "x"}, devDependencies={dependency: "1"}), **LOCK})
    assert (plan.runtime, plan.static_dir, plan.spa, plan.start) == (Runtime.NODE, folder, spa, ())
    assert plan.build == (f"npm run {script}",)
    assert f"COPY --from=build --chown=10001:10001 /app/{folder} /app/" in rendered(plan)


def test_a_configured_output_folder_is_followed() -> None:
    text = package(scripts={"build": "vite build"}, devDependencies={"vite": "5"})
    plan = plan_of(
        {"package.json": text, "vite.config.ts": "export default {\n  build: { outDir: './public_html/' }\n}"}
    )
    assert (plan.static_dir, plan.origins["static_dir"].source) == ("public_html", "vite.config.ts:2")


def test_angular_writes_where_its_workspace_says() -> None:
    workspace = {
        "projects": {"shop": {"architect": {"build": {"builder": "@angular-devkit/build-angular:application"}}}}
    }
    files = {
        "package.json": package(
            scripts={"build": "ng build", "start": "ng serve"}, devDependencies={"@angular/cli": "1"}
        )
    }
    assert plan_of({**files, "angular.json": json.dumps(workspace)}).static_dir == "dist/shop/browser"


def test_a_front_end_with_a_server_of_its_own_is_a_process() -> None:
    text = package(
        scripts={"build": "vite build", "start": "node server.js"}, dependencies={"vite": "5", "express": "4"}
    )
    files = {"package.json": text, **LOCK}
    plan = plan_of(files)
    assert (plan.static_dir, plan.start) == (None, ("node", "server.js"))
    assert plan_of(files, service_type=STATIC_SITE).static_dir == "dist"
    assert plan_of({"package.json": text}, command="node other.js").start == ("node", "other.js")


@pytest.mark.parametrize("start", ["vite", "vite preview", "vite --host", "react-scripts start", "astro dev"])
def test_a_development_server_is_never_what_serves(start: str) -> None:
    name = {"vite": "vite", "react-scripts": "react-scripts", "astro": "astro"}[start.split(maxsplit=1)[0]]
    plan = plan_of({"package.json": package(scripts={"build": "x", "start": start}, devDependencies={name: "1"})})
    assert plan.static_dir
    assert plan.start == ()


def test_astro_and_nuxt_as_servers() -> None:
    astro = package(scripts={"build": "astro build"}, dependencies={"astro": "4", "@astrojs/node": "8"})
    assert plan_of({"package.json": astro}).start == ("node", "dist/server/entry.mjs")
    nuxt = package(scripts={"build": "nuxt build"}, dependencies={"nuxt": "3"})
    assert plan_of({"package.json": nuxt}).start == ("node", ".output/server/index.mjs")


def test_nest_starts_for_production() -> None:
    scripts = {"build": "nest build", "start": "nest start", "start:prod": "node dist/main"}
    plan = plan_of({"package.json": package(scripts=scripts, dependencies={"@nestjs/core": "10"})})
    assert plan.start == ("node", "dist/main")


def test_a_build_command_of_the_request_replaces_the_script_and_keeps_pruning() -> None:
    text = package(scripts={"build": "tsc", "start": "node x"}, devDependencies={"typescript": "5"})
    plan = plan_of({"package.json": text, **LOCK}, build_command="make all")
    assert plan.build[0] == "make all"
    assert plan.build[1].startswith("npm prune")


def test_an_unknown_site_with_a_build_is_a_guess_that_says_so() -> None:
    plan = plan_of({"package.json": package(scripts={"build": "make"})}, service_type=STATIC_SITE)
    assert plan.static_dir == "dist"
    assert plan.origins["static_dir"].confidence < 0.5


def test_a_package_that_starts_nothing_is_nothing() -> None:
    refused({"package.json": package(devDependencies={"prettier": "3"})}, "nothing_detected")


def test_broken_json_is_an_error_with_the_file_s_name() -> None:
    assert "package.json" in refused({"package.json": "{"}, "bad_manifest").message


@pytest.mark.parametrize(
    ("scripts", "start"),
    [
        ({"start": "yarn serve", "serve": "node x.js"}, ("node", "x.js")),
        ({"start": "npm run a", "a": "pnpm run b", "b": "node b.js"}, ("node", "b.js")),
        (
            {"start": "npm run migrate && npm run serve", "migrate": "node m.js", "serve": "node s.js"},
            "node m.js && node s.js",
        ),
    ],
)
def test_scripts_that_call_scripts_are_followed(scripts: dict[str, str], start: tuple[str, ...] | str) -> None:
    plan = plan_of({"package.json": package(scripts=scripts)})
    assert (plan.start[2] if isinstance(start, str) else plan.start) == start


def test_a_command_that_calls_a_script_is_followed() -> None:
    text = package(scripts={"start": "node x.js"})
    for command in ("npm start", "yarn start", "pnpm run start"):
        plan = plan_of({"package.json": text}, command=command)
        assert (plan.start, plan.origins["start"].source) == (("node", "x.js"), "request")


@pytest.mark.parametrize("start", ["bun run index.ts", "pnpm --filter web start", "yarn workspace web start"])
def test_a_start_that_needs_what_a_release_has_not_is_an_error(start: str) -> None:
    assert start.partition(" ")[0] in refused({"package.json": package(scripts={"start": start})}, "no_runtime").message


def test_a_page_with_scripts_of_its_own_is_no_server() -> None:
    files = {"package.json": package(devDependencies={"prettier": "3"}), "index.html": "", "app.js": ""}
    assert plan_of(files).runtime is Runtime.STATIC


def test_lock_files_of_any_size_say_their_version() -> None:
    lock = "lockfileVersion: '6.0'\n" + "x" * 300_000
    assert plan_of({"package.json": EXPRESS, "pnpm-lock.yaml": lock}).package_manager == "pnpm@8"
