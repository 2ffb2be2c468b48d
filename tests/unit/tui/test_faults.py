"""A failure as a person reads it."""

from runix_tui.core.wire import Fault
from runix_tui.errors import BuildError
from runix_tui.tui.faults import error_content, fault_content


def test_what_why_what_next_and_the_evidence() -> None:
    fault = Fault(
        code="loopback_bind", message="It listens\x1b[2J on\nloopback.", hint="Use 0.0.0.0.", evidence=["a", "b"]
    )
    assert fault_content(fault, evidence=1).plain.splitlines() == [
        "✗ It listens on",
        "loopback.",
        "Use 0.0.0.0.",
        "e set HOST=0.0.0.0 · 3 its log",
        "",
        "│ b",
    ]


def test_a_key_that_leads_to_where_one_is_is_left_out() -> None:
    fault = Fault(code="anything", message="No.", hint="")
    assert fault_content(fault, here="2").plain == "✗ No.\nr try again"


def test_an_error_of_a_call() -> None:
    error = BuildError("[red]No.[/]", hint="Wait.", evidence=("last",))
    assert error_content(error).plain == "✗ [red]No.[/]\nWait.\n│ last"
