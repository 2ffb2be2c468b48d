"""The description at ``/openapi.json`` is valid and complete, and ``/docs`` needs no network."""

import re

from openapi_spec_validator import OpenAPIV31SpecValidator

CALLS = {
    ("get", "/deployments"): "200",
    ("post", "/deployments"): "201",
    ("get", "/deployments/{deployment_id}"): "200",
    ("patch", "/deployments/{deployment_id}"): "200",
    ("delete", "/deployments/{deployment_id}"): "204",
    ("post", "/deployments/{deployment_id}/redeploy"): "202",
    ("post", "/deployments/{deployment_id}/rollback"): "200",
    ("post", "/deployments/{deployment_id}/stop"): "200",
    ("post", "/deployments/{deployment_id}/start"): "200",
    ("post", "/deployments/{deployment_id}/cancel"): "202",
    ("post", "/deployments/{deployment_id}/run"): "202",
    ("get", "/deployments/{deployment_id}/history"): "200",
    ("get", "/deployments/{deployment_id}/versions/{number}"): "200",
    ("get", "/deployments/{deployment_id}/logs"): "200",
    ("get", "/deployments/{deployment_id}/build-stream"): "200",
    ("get", "/deployments/{deployment_id}/connection"): "200",
    ("get", "/projects"): "200",
    ("post", "/projects"): "201",
    ("get", "/projects/{project_id}"): "200",
    ("delete", "/projects/{project_id}"): "204",
    ("get", "/events"): "200",
    ("get", "/usage"): "200",
    ("get", "/activity"): "200",
    ("get", "/deployments/{deployment_id}/shell"): "200",
    ("post", "/plan"): "200",
    ("get", "/checkup"): "200",
    ("get", "/settings"): "200",
    ("patch", "/settings"): "200",
    ("get", "/healthz"): "200",
}


async def described(api) -> dict:
    answer = await api.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def operations(spec: dict) -> dict:
    return {(method, path): one for path, item in spec["paths"].items() for method, one in item.items()}


async def test_it_is_valid(api):
    OpenAPIV31SpecValidator(await described(api)).validate()


async def test_it_has_every_call(api):
    spec = operations(await described(api))
    assert set(spec) == set(CALLS)
    for call, status in CALLS.items():
        assert status in spec[call]["responses"], call


async def test_every_call_is_told(api):
    spec = await described(api)
    names = []
    for call, one in operations(spec).items():
        names.append(one["operationId"])
        assert re.fullmatch(r"[a-z_]+", one["operationId"])
        assert one["summary"], call
        assert one["description"], call
        assert one["tags"], call
        open_to_all = call == ("get", "/healthz")
        assert ("401" in one["responses"]) is not open_to_all
        for status, answer in one["responses"].items():
            assert answer["description"], (call, status)
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}
                assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
        if "{" in call[1]:
            assert "404" in one["responses"]
    assert len(set(names)) == len(names)


async def test_bodies_and_their_examples(api):
    spec = operations(await described(api))
    for path in ("/deployments", "/projects", "/deployments/{deployment_id}/rollback", "/plan"):
        body = spec["post", path]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = (await described(api))["components"]["schemas"][body.rsplit("/", 1)[1]]
        assert schema["examples"]
        assert schema["additionalProperties"] is False


async def test_examples_are_accepted(api):
    schemas = (await described(api))["components"]["schemas"]
    made = await api.post("/deployments", json=schemas["NewDeployment"]["examples"][0])
    assert made.status_code == 201
    change = schemas["DeploymentPatch"]["examples"][0]
    assert (await api.patch(f"/deployments/{made.json()['id']}", json=change)).status_code == 200
    assert (await api.post("/projects", json=schemas["NewProject"]["examples"][0])).status_code == 201


async def test_streams_are_told(api):
    spec = operations(await described(api))
    for path in (
        "/deployments/{deployment_id}/logs",
        "/deployments/{deployment_id}/build-stream",
        "/events",
        "/activity",
    ):
        content = spec["get", path]["responses"]["200"]["content"]
        assert set(content) == {"text/event-stream", "application/x-ndjson"}
        assert "event: " in content["text/event-stream"]["example"]


async def test_names_of_schemas_are_clean(api):
    for name in (await described(api))["components"]["schemas"]:
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name), name
        assert "Validation" not in name


async def test_docs_need_no_network(api):
    page = await api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    for link in links:
        assert link.startswith("/"), link
        found = await api.get(link)
        assert found.status_code == 200
        assert found.content
    assert "<script>" not in page.text
    assert (await api.get("/docs/nothing.js")).status_code == 404
    assert (await api.get("/docs/..%2f..%2fetc%2fpasswd")).status_code == 404
