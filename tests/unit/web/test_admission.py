"""Who may come in."""

from runix_tui.web.admission import LINK_LIFETIME, Admission


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_link_works_once() -> None:
    admission = Admission()
    secret = admission.invite()
    assert admission.redeem(secret)
    assert not admission.redeem(secret)


def test_a_link_gets_old() -> None:
    clock = Clock()
    admission = Admission(clock)
    first, clock.now = admission.invite(), clock.now + LINK_LIFETIME
    assert not admission.redeem(first)
    second, clock.now = admission.invite(), clock.now + LINK_LIFETIME - 1
    assert admission.redeem(second)


def test_a_new_link_takes_the_place_of_the_open_one() -> None:
    admission = Admission()
    first, second = admission.invite(), admission.invite()
    assert not admission.redeem(first)
    assert admission.redeem(second)


def test_nothing_opens_what_nobody_was_invited_to() -> None:
    admission = Admission()
    assert not admission.redeem("")
    secret = admission.invite()
    for wrong in ("", secret[:-1], secret + "x", secret.swapcase(), "ä\udcff"):
        assert not admission.redeem(wrong)
    assert admission.redeem(secret)
    assert not admission.redeem("")


def test_a_cookie_is_of_one_start_alone() -> None:
    first, second = Admission(), Admission()
    assert first.knows(first.cookie)
    assert not first.knows(second.cookie)
    assert not first.knows("")
    assert first.folder != second.folder
    assert first.cookie not in first.folder
