"""What may be sent: the fields of each request, checked all at once, and their way into ``core.requests``.

What a single value must be like is in ``rules``; answers are in ``core.wire``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from runix_tui.api import rules
from runix_tui.api.fields import NOT_AVAILABLE, Fault, fault_of, one_of, wrong
from runix_tui.core.models import Planner, ServiceConfig, ServiceType
from runix_tui.core.requests import ChangeRequest, CreateRequest, PreviewRequest
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check needs to know beyond the request: the sizes there are, whether a project exists, and what can be a
    repository's address (raises ``InvalidRequest``)."""

    instance_types: Sequence[str]
    project_exists: Callable[[str], bool]
    check_repo_url: Callable[[str], None]


def _instance_type(value: str, info: ValidationInfo) -> str:
    known = _around(info).instance_types
    if value not in known:
        raise wrong(one_of(value, known))
    return value


def _project(value: str, info: ValidationInfo) -> str:
    project_id = rules.uuid_text(value)
    if not _around(info).project_exists(project_id):
        raise wrong("there is no such project", hint="GET /projects lists the projects; POST /projects makes one.")
    return project_id


def _repo_url(value: str, info: ValidationInfo) -> str:
    try:
        _around(info).check_repo_url(rules.repo_url(value))
    except InvalidRequest as error:
        raise wrong(error.errors[0].message, hint=error.hint) from None
    return value


def _around(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)  # noqa: S101 - every caller passes them
    return info.context


def _text(value: object) -> object:
    """Enumerated fields are read as text first, so that a number gets the same message everywhere."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "must be a string")
    return value


def _no_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


Name = Annotated[str, AfterValidator(rules.name)]
Branch = Annotated[str, AfterValidator(rules.branch)]
Command = Annotated[str, AfterValidator(rules.command)]
Size = Annotated[str, AfterValidator(_instance_type)]
ProjectId = Annotated[str, AfterValidator(_project), Field(json_schema_extra={"format": "uuid"})]
EnvName = Annotated[str, AfterValidator(rules.env_name)]
EnvValue = Annotated[str, AfterValidator(rules.env_value)]
Kind = Annotated[ServiceType, BeforeValidator(rules.service_type), BeforeValidator(_text)]
Plans = Annotated[Planner, BeforeValidator(rules.planner), BeforeValidator(_text)]


class Body(BaseModel):
    """The root of all requests: unknown fields are wrong, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def refine(cls, sent: dict[str, Any], faults: list[Fault]) -> list[Fault]:
        """All that is wrong, given what pydantic found wrong with each field of ``sent``."""
        return faults


class Wanted(Body):
    """What a service is made of. Optional fields may be null, which means the same as leaving them out."""

    repo_url: Annotated[str, AfterValidator(_repo_url)] = Field(
        description="https, ssh or scp-style address, file:// URL or absolute folder."
    )
    branch: Branch | None = Field(None, description="Default: main, or the repository's own default branch.")
    instance_type: Size | None = Field(None, description="starter, standard or pro; default: starter.")
    env: dict[EnvName, EnvValue] | None = Field(None, description="Values up to 64 KiB, 1 MiB in all.")
    project_id: ProjectId | None = Field(None, description="Default: the default project.")
    root_dir: Annotated[str, AfterValidator(rules.folder)] | None = Field(
        None, description="The app's folder in the repository."
    )
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(None, description="Where the service listens.")
    command: Command | None = Field(None, description="Starts the service; default: the plan's own.")
    build_command: Command | None = Field(None, description="Builds the app; default: the plan's own.")
    health_path: Annotated[str, AfterValidator(rules.health_path)] | None = Field(
        None, description="Answers 200-399 when the service is healthy."
    )
    schedule: str | None = Field(None, description="Cron expression, for cron jobs only.")
    timezone: Annotated[str, AfterValidator(rules.timezone)] | None = Field(None, description="Of schedule; UTC.")
    dockerfile: Annotated[str, AfterValidator(rules.file)] | None = Field(
        None, description="Path of a Dockerfile in the repository."
    )
    planner: Plans | None = Field(None, description="Who plans the build; default: auto.")

    @classmethod
    def refine(cls, sent: dict[str, Any], faults: list[Fault]) -> list[Fault]:
        """No more faults of a type that is not there, and those of fields that depend on one another."""
        if any(fault["type"] == NOT_AVAILABLE for fault in faults):
            return [fault for fault in faults if fault["loc"] != ("repo_url",)]
        return [*faults, *_env_faults(sent.get("env")), *_schedule_faults(sent)]

    def config(self) -> ServiceConfig:
        """As versions keep it."""
        return ServiceConfig(
            repo_url=self.repo_url,
            branch=self.branch,
            root_dir=self.root_dir or "",
            instance_type=self.instance_type or "starter",
            env={key: Secret(text) for key, text in (self.env or {}).items()},
            port=self.port,
            command=self.command,
            build_command=self.build_command,
            health_path=self.health_path,
            dockerfile=self.dockerfile,
            planner=self.planner or Planner.AUTO,
            timezone=self.timezone or "UTC",
        )


class NewDeployment(Wanted):
    """A new deployment. Optional fields may be null, which means the same as leaving them out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "repo_url": "https://github.com/user/my-api",
                    "service_name": "my-api",
                    "service_type": "web_service",
                    "env": {"NODE_ENV": "production"},
                }
            ]
        }
    )

    service_name: Name = Field(description="1-40 of a-z, 0-9 and '-', begins with a letter; unique in its project.")
    service_type: Kind

    def request(self) -> CreateRequest:
        """As the orchestrator takes it."""
        return CreateRequest(self.service_name, self.service_type, self.project_id, self.config())


class PlanFor(Wanted):
    """A deployment to plan for; without a name or a type the fitting ones are suggested."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"repo_url": "https://github.com/user/my-api"}]})

    service_name: Name | None = Field(None, description="As for a new deployment.")
    service_type: Kind | None = None

    def request(self) -> PreviewRequest:
        """As the orchestrator takes it."""
        return PreviewRequest(self.service_name, self.service_type, self.project_id, self.config())


class DeploymentPatch(Body):
    """A change (RFC 7396): what is left out stays, null removes or gives the default back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"env": {"LOG_LEVEL": "debug", "OLD_KEY": None}}]})

    env: dict[EnvName, EnvValue | None] | None = Field(
        None, description="Merged into the present one: null removes a name; null as a whole removes all."
    )
    instance_type: Size = Field("", description="starter, standard or pro.", json_schema_extra=_no_default)
    branch: Branch | None = Field(None, description="For the next redeploy; replaces nothing now.")
    command: Command | None = None
    schedule: str | None = Field(None, description="Cron expression, for cron jobs only.")
    project_id: ProjectId | None = None

    @classmethod
    def refine(cls, sent: dict[str, Any], faults: list[Fault]) -> list[Fault]:
        """Fields that are fixed for good are told from those that nobody knows."""
        told = [_fixed(fault) if fault["type"] == "extra_forbidden" else fault for fault in faults]
        return [*told, *_env_faults(sent.get("env")), *_schedule_faults(sent)]

    def request(self, present: dict[str, Secret]) -> ChangeRequest:
        """As the orchestrator takes it; ``present`` is the environment that is merged into."""
        sent = self.model_fields_set
        changes: dict[str, Secret | None] = {}
        if "env" in sent:
            new = dict.fromkeys(present) if self.env is None else self.env
            changes = {key: None if text is None else Secret(text) for key, text in new.items()}
        fields: dict[str, Any] = {key: value for key, value in self if key in sent and key not in {"env", "schedule"}}
        return ChangeRequest(env=changes, fields=fields)


class RollbackTo(Body):
    """Which version to go back to; default: the newest before the serving one that ever served."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 2}]})

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class NewProject(Body):
    """A new project."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "shop"}]})

    name: Name = Field(description="1-40 of a-z, 0-9 and '-', begins with a letter; unique.")


class SettingsPatch(Body):
    """Keys of config.toml with new values; null gives a key's default back."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"build.cpus": 1.5, "registry.offline": None}]}
    )

    @property
    def changes(self) -> dict[str, Any]:
        """What was sent."""
        return self.model_extra or {}


class Nothing(Body):
    """A request that takes no fields."""


def _env_faults(env: object) -> Iterator[Fault]:
    """That an environment as a whole is not too large; its entries have their own checks."""
    if isinstance(env, dict):
        try:
            rules.env_total({key: text for key, text in env.items() if isinstance(text, str)})
        except PydanticCustomError as error:
            yield fault_of(("env",), error)


def _schedule_faults(sent: dict[str, Any]) -> Iterator[Fault]:
    if sent.get("schedule") is not None and sent.get("service_type") != ServiceType.CRON_JOB:
        yield fault_of(("schedule",), wrong("only cron jobs have a schedule", hint="Leave schedule out."))


def _fixed(fault: Fault) -> Fault:
    """The fault of a field that a deployment has but that cannot be changed."""
    field = fault["loc"][-1]
    if field not in NewDeployment.model_fields:
        return fault
    hint = "Delete the deployment and make a new one to change it."
    return fault_of(fault["loc"], wrong("cannot be changed", hint=hint))
