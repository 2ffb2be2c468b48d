import pytest

from tests.plankit import plan_of, shell_text

MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
SETTINGS = "INSTALLED_APPS = []\nDATABASES = {}\nSTATIC_ROOT = 'static'\n"
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"


def files(requirements: str = "django\ngunicorn\n", prefix: str = "", **changes: str) -> dict[str, str]:
    found = {
        "requirements.txt": requirements,
        f"{prefix}manage.py": MANAGE,
        f"{prefix}shop/settings.py": SETTINGS,
        f"{prefix}shop/wsgi.py": WSGI,
        f"{prefix}shop/asgi.py": WSGI,
    }
    return found | {path.replace("__", "/") + ".py": text for path, text in changes.items()}


def test_static_files_in_the_build_migrations_before_the_start() -> None:
    plan = plan_of(files())
    assert plan.build == ("python manage.py collectstatic --noinput",)
    assert shell_text(plan) == (
        "python manage.py migrate --noinput && "
        "exec gunicorn --bind 0.0.0.0:$PORT --threads 8 --access-logfile - shop.wsgi:application"
    )
    assert "migrate" in plan.origins["start"].reason
    assert plan.origins["start"].source == "shop/wsgi.py:2"
    assert plan.framework == "django"


@pytest.mark.parametrize(
    "line", ["SECRET_KEY = os.environ['SECRET_KEY']", "DEBUG = config('DEBUG', cast=bool)", "X = env('X')"]
)
def test_settings_that_need_the_environment_move_static_files_to_the_start(line: str) -> None:
    plan = plan_of(files(shop__settings=f"{SETTINGS}{line}\n"))
    assert plan.build == ()
    assert shell_text(plan).startswith("python manage.py collectstatic --noinput && python manage.py migrate")
    assert "need environment variables" in plan.origins["start"].reason


def test_nothing_is_collected_or_migrated_that_is_not_configured() -> None:
    plan = plan_of(files(shop__settings="INSTALLED_APPS = []\n"))
    assert plan.build == ()
    assert shell_text(plan).startswith("exec gunicorn")


def test_asgi_where_the_manifest_has_its_server() -> None:
    assert shell_text(plan_of(files("django\ndaphne\n"))).endswith(
        "exec daphne -b 0.0.0.0 -p $PORT shop.asgi:application"
    )
    assert shell_text(plan_of(files("django\nuvicorn\n"))).endswith(
        "exec uvicorn --host 0.0.0.0 --port $PORT shop.asgi:application"
    )


def test_without_a_server_its_own_is_used_and_said() -> None:
    plan = plan_of(files("django\n"))
    assert shell_text(plan).endswith("exec python manage.py runserver --noreload 0.0.0.0:$PORT")
    assert "no server in the manifest" in plan.origins["start"].reason


def test_a_project_in_a_folder() -> None:
    plan = plan_of(files(prefix="backend/"))
    assert plan.build == ("python backend/manage.py collectstatic --noinput",)
    assert shell_text(plan) == (
        "python backend/manage.py migrate --noinput && cd backend && "
        "exec gunicorn --bind 0.0.0.0:$PORT --threads 8 --access-logfile - shop.wsgi:application"
    )


def test_settings_in_a_package() -> None:
    found = files() | {"manage.py": MANAGE.replace("shop.settings", "shop.settings.production")}
    del found["shop/settings.py"]
    found |= {"shop/settings/base.py": SETTINGS, "shop/settings/production.py": "from .base import *\n"}
    assert plan_of(found).build == ("python manage.py collectstatic --noinput",)
