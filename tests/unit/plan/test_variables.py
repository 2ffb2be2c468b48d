from runix_tui.plan.variables import DEFAULT, matching


def test_prefixes_and_names_choose_what_a_build_gets() -> None:
    names = ["VITE_API", "NEXT_PUBLIC_X", "DATABASE_URL", "PUBLIC", "API_KEY", "NODE_OPTIONS"]
    assert matching(names, DEFAULT) == ("NEXT_PUBLIC_X", "VITE_API")
    assert matching(names, ("API_KEY", "NODE_*")) == ("API_KEY", "NODE_OPTIONS")


def test_no_pattern_lets_a_secret_of_the_usual_names_in() -> None:
    names = ["SECRET_KEY", "DATABASE_PASSWORD", "AWS_SECRET_ACCESS_KEY", "TOKEN", "PORT", "PATH"]
    assert matching(names, DEFAULT) == ()
