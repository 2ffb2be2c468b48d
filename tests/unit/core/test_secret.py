"""Secrets show nowhere but where they are revealed."""

from runix_tui.core.secret import MASK, Secret, redact

CANARY = "hunter2-canary"


def test_a_secret_prints_as_a_mask() -> None:
    secret = Secret(CANARY)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r}", str({"a": secret}), repr([secret])]
    assert all(CANARY not in text for text in shown)
    assert secret.reveal() == CANARY


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


def test_redact_masks_the_longest_first_and_never_the_empty() -> None:
    assert redact("token=abcdef abc", [Secret("abc"), Secret("abcdef"), Secret("")]) == f"token={MASK} {MASK}"
