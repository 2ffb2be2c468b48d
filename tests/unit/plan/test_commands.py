import subprocess

import pytest

from runix_tui.plan.commands import argv, first_word, with_exec


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python main.py", ("python", "main.py")),
        ("  gunicorn -w 2 app:app ", ("gunicorn", "-w", "2", "app:app")),
        ("node 'my server.js'", ("node", "my server.js")),
        ('echo "two words" x', ("echo", "two words", "x")),
        ("uvicorn main:app --port $PORT", ("/bin/sh", "-c", "exec uvicorn main:app --port $PORT")),
        ("A=1 node x.js", ("/bin/sh", "-c", "A=1 node x.js")),
        ("python -m x | tee log", ("/bin/sh", "-c", "python -m x | tee log")),
        ("a && b", ("/bin/sh", "-c", "a && b")),
        ("cd web", ("/bin/sh", "-c", "cd web")),
        ("node *.js", ("/bin/sh", "-c", "exec node *.js")),
        ("echo it's", ("/bin/sh", "-c", "echo it's")),
        ("exec node $X", ("/bin/sh", "-c", "exec node $X")),
        ("if true; then x; fi", ("/bin/sh", "-c", "if true; then x; fi")),
        ("python\nmain.py", ("/bin/sh", "-c", "python\nmain.py")),
        (r"echo a\ b", ("/bin/sh", "-c", r"exec echo a\ b")),
    ],
)
def test_a_command_becomes_words_or_shell_text(command: str, expected: tuple[str, ...]) -> None:
    assert argv(command) == expected


@pytest.mark.parametrize("command", ["echo a b", "echo 'a  b' $HOME", 'X=1; echo "$X"', "echo a\\ b", "echo ~/* | cat"])
def test_the_argv_does_what_the_shell_would(command: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere"}
    meant = subprocess.run(["/bin/sh", "-c", command], capture_output=True, env=env, check=True, timeout=10)
    done = subprocess.run(argv(command), capture_output=True, env=env, check=True, timeout=10)
    assert done.stdout == meant.stdout


def test_exec_is_only_put_before_one_simple_command() -> None:
    assert with_exec("node x.js $A") == "exec node x.js $A"
    assert with_exec("a; b") == "a; b"
    assert with_exec("") == ""


@pytest.mark.parametrize(
    ("command", "program"),
    [("gunicorn app:app", "gunicorn"), ("A=1 B=2 node x", "node"), ("exec python x", "python"), ("", ""), ("A=1", "")],
)
def test_the_first_word_is_the_program(command: str, program: str) -> None:
    assert first_word(command) == program
