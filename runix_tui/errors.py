"""One exception tree, and how each branch is shown. Foreign errors are mapped to it at the border where they arise.

RunixError
├── Refused               400  the request itself cannot be read (broken JSON), before anything is asked of anybody
│   ├── Unauthorized          401  no good token
│   ├── MethodNotAllowed      405
│   ├── TooLarge              413
│   ├── UnsupportedMedia      415  not JSON
│   └── Misdirected           421  a Host that is not ours
├── InvalidRequest        422  what a user sent is wrong, with the path of each field
│   └── NotAvailableYet   422  a part of the contract that this release does not have yet
├── NotFound              404  no such deployment, project or version
├── Conflict              409  right in itself, but not now (a taken name, nothing to cancel, image gone)
├── Unavailable           503  the engine (or the server) is away and the call needs it; worth retrying
├── DeployError           409  a foreseen failure of one stage of a deploy
│   ├── SourceError            fetching: the repository, the branch, credentials, limits
│   ├── PlanError              planning: nothing detected, refused by policy
│   ├── BuildError             building: a step failed, out of memory, no base image
│   └── StartError             starting, checking: exited, does not listen, not healthy
├── ConfigError           500  config.toml or the environment
└── StoreError            500  the database on disk

Every error says what happened, and its hint what to do next. Nothing here imports anything of Runix.
"""

from dataclasses import dataclass, field
from typing import ClassVar

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_TRANSIENT = 75
EXIT_INTERRUPTED = 130  # what a shell gives for ctrl-c


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path in the request (``env.FOO``) and what is wrong with it."""

    path: str
    message: str


class RunixError(Exception):
    """The root. ``code`` is stable and for programs, ``message`` and ``hint`` are for people."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = EXIT_FAILED
    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", code: str = "", transient: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        self.transient = transient


class Refused(RunixError):
    """The request itself cannot be read."""

    status = 400
    exit_code = EXIT_USAGE
    default_code = "bad_request"


class Unauthorized(Refused):
    """No good token."""

    status = 401
    exit_code = EXIT_FAILED
    default_code = "unauthorized"


class MethodNotAllowed(Refused):
    """This address exists, this method of it does not."""

    status = 405
    default_code = "method_not_allowed"


class TooLarge(Refused):
    """More bytes than a request may have."""

    status = 413
    default_code = "too_large"


class UnsupportedMedia(Refused):
    """A body that says it is not JSON."""

    status = 415
    default_code = "unsupported_media_type"


class Misdirected(Refused):
    """A Host header that names somebody else: a page of another site may be behind it (DNS rebinding)."""

    status = 421
    default_code = "misdirected"


class InvalidRequest(RunixError):
    """What a user sent is wrong; ``errors`` has one entry for each wrong field."""

    status = 422
    exit_code = EXIT_USAGE
    default_code = "invalid"

    def __init__(self, message: str, *, errors: tuple[FieldError, ...] = (), hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint, code=code)
        self.errors = errors

    @classmethod
    def of(cls, path: str, message: str, *, hint: str = "", code: str = "") -> "InvalidRequest":
        """One wrong field."""
        return cls(f"{path}: {message}", errors=(FieldError(path, message),), hint=hint, code=code)


class NotAvailableYet(InvalidRequest):
    """A part of the contract that this release does not have yet."""

    default_code = "not_available_yet"


class NotFound(RunixError):
    """No such deployment, project or version."""

    status = 404
    default_code = "not_found"


class Conflict(RunixError):
    """Right in itself, but not now."""

    status = 409
    default_code = "conflict"


class Unavailable(RunixError):
    """The engine, or the server, is away and the call needs it."""

    status = 503
    exit_code = EXIT_TRANSIENT
    default_code = "engine_unavailable"

    def __init__(self, message: str, *, hint: str = "", code: str = "", transient: bool = True) -> None:
        super().__init__(message, hint=hint, code=code, transient=transient)


@dataclass(frozen=True, slots=True)
class Failure:
    """A foreseen failure as a value: stored with its version, shown by every front end.

    ``transient`` decides between retry and repair; ``evidence`` is the last log lines or what was looked for.
    """

    code: str
    message: str
    hint: str = ""
    transient: bool = False
    evidence: tuple[str, ...] = field(default=())


class DeployError(RunixError):
    """A foreseen failure of one stage of a deploy."""

    status = 409
    default_code = "deploy_failed"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        transient: bool = False,
        evidence: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, hint=hint, code=code, transient=transient)
        self.evidence = evidence

    @property
    def failure(self) -> Failure:
        """This error as the value that is stored."""
        return Failure(self.code, self.message, self.hint, self.transient, self.evidence)


class SourceError(DeployError):
    """Fetching failed."""

    default_code = "fetch_failed"


class PlanError(DeployError):
    """No plan, or one that policy refuses."""

    default_code = "plan_failed"


class BuildError(DeployError):
    """The image was not built."""

    default_code = "build_failed"


class StartError(DeployError):
    """The container did not start, or did not become healthy."""

    default_code = "not_healthy"


class ConfigError(RunixError):
    """config.toml or the environment says something that cannot be."""

    default_code = "config"


class StoreError(RunixError):
    """The database on disk cannot be used."""

    default_code = "store"
