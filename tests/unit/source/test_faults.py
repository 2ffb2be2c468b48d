"""Words of libgit2 and of servers, and the code that each becomes."""

import pytest

from runix_tui.source.faults import needs_credentials, translate
from runix_tui.source.urls import parse

WEB = parse("https://tls.not-found.example/a")[0]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("unexpected http status code: 404", "repository_not_found"),
        ("unexpected http status code: 410", "repository_not_found"),
        ("unexpected http status code: 401", "needs_credentials"),
        ("unexpected http status code: 403", "needs_credentials"),
        ("unexpected http status code: 500", "network"),
        ("invalid content-type: 'text/html'", "repository_not_found"),
        ("ERROR: Repository not found.", "repository_not_found"),
        ("remote error: The project you were looking for could not be found", "repository_not_found"),
        ("fatal: '/x' does not appear to be a git repository", "repository_not_found"),
        ("ERROR: Permission to a/b.git denied to c.", "needs_credentials"),
        ("Failed to authenticate SSH session: too many", "needs_credentials"),
        ("remote error: access denied or repository not exported: /a", "needs_credentials"),
        ("the SSL certificate is invalid", "certificate_invalid"),
        ("SSL error: unknown error", "certificate_invalid"),
        ("cannot redirect from 'https' to 'http'", "redirect_refused"),
        ("failed to resolve address for tls.not-found.example: Name or service not known", "network"),
        ("failed to connect to certificate.example: Connection refused", "network"),
        ("could not read from socket: timed out", "network"),
        ("anything else", "network"),
    ],
)
def test_words(words: str, code: str) -> None:
    error = translate(RuntimeError(words), WEB)
    assert error.code == code
    assert error.hint
    assert error.transient is (code == "network")


def test_remote_words_are_made_fit_to_show() -> None:
    error = translate(RuntimeError("remote error: \x1b[31mboom\r\n\u202e" + "x" * 1000), WEB)
    assert error.message.isprintable()
    assert len(error.message) < 500


def test_objects_that_are_missing_are_no_missing_repository() -> None:
    assert translate(KeyError("object not found"), WEB).code == "repository_broken"


def test_what_could_not_be_offered_is_in_the_hint() -> None:
    error = needs_credentials(WEB, ["a", "b"], ["$TOKEN is not set"])
    assert error.message == "tls.not-found.example refused a, b"
    assert error.hint.startswith("$TOKEN is not set. Put [git.credentials.")
