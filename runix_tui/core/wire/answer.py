"""The root of all answers, and what is answered when something is wrong."""

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """The root: frozen; fields of a newer server are ignored by an older client."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class WrongField(Answer):
    """One wrong field of a request."""

    path: str = Field(examples=["env.FOO"])
    message: str


class Problem(Answer):
    """What went wrong, why, and what to do next (RFC 9457)."""

    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    detail: str
    hint: str
    errors: list[WrongField] | None = Field(default=None, description="One entry for each wrong field of bad input.")
    evidence: list[str] | None = Field(default=None, description="The last log lines of what failed.")
