from pydantic import BaseModel, Field


class NoteIn(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)


class Note(NoteIn):
    id: int
