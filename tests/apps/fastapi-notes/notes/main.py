from fastapi import FastAPI, HTTPException

from notes.models import Note, NoteIn
from notes.settings import settings

api = FastAPI(title=settings.title)
NOTES: dict[int, Note] = {}


@api.get("/")
def index() -> dict[str, object]:
    return {"title": settings.title, "notes": len(NOTES)}


@api.post("/notes", status_code=201)
def create(note: NoteIn) -> Note:
    number = len(NOTES) + 1
    NOTES[number] = Note(id=number, text=note.text)
    return NOTES[number]


@api.get("/notes/{number}")
def read(number: int) -> Note:
    if number not in NOTES:
        raise HTTPException(404, "no such note")
    return NOTES[number]


@api.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}
