import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from runix_tui.core.ports import Page
from runix_tui.gateway import pages

EVERY = [*pages.ANSWERS.values(), *pages.ERRORS.values()]


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.code)
def test_a_page_is_whole_and_stands_alone(answer: pages.Answer):
    text = pages.html_page(answer)
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append(tag)  # type: ignore[method-assign]
    parser.feed(text)
    assert {"html", "title", "main", "h1"} <= set(found)
    assert not {"script", "link", "img", "iframe", "form", "a"} & set(found)
    assert 'lang="en"' in text
    assert "http://" not in text
    assert "https://" not in text
    assert len(text.encode()) < 4096
    assert not re.search(r"haproxy|podman|runix_tui", text, re.IGNORECASE)


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.code)
def test_the_policy_allows_exactly_the_pages_style(answer: pages.Answer):
    [style] = re.findall(r"<style>(.*?)</style>", pages.html_page(answer))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert " style=" not in pages.html_page(answer)


def test_statuses_and_refreshes():
    assert [pages.ANSWERS[page].status for page in Page] == [503, 503, 503]
    assert pages.ANSWERS["unknown"].status == 404
    assert pages.ANSWERS[Page.STARTING].headers["Retry-After"] == str(pages.REFRESH)
    assert 'http-equiv="refresh"' in pages.html_page(pages.ANSWERS[Page.STARTING])
    assert 'http-equiv="refresh"' not in pages.html_page(pages.ANSWERS[Page.FAILED])


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: answer.code)
def test_programs_get_a_problem_document(answer: pages.Answer):
    found = json.loads(pages.json_page(answer))
    assert found["status"] == answer.status
    assert found["code"] == answer.code
    assert found["title"]


def test_an_error_file_is_a_whole_response():
    head, body = pages.error_file(pages.ERRORS[502]).split("\r\n\r\n", 1)
    assert head.startswith("HTTP/1.1 502 Bad Gateway\r\n")
    assert f"Content-Length: {len(body.encode())}" in head


def test_nothing_needs_escaping_in_the_configuration():
    for answer in EVERY:
        for value in answer.headers.values():
            assert not set('"\\%\n#') & set(value)
