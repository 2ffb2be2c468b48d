import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    title: str = os.environ.get("NOTES_TITLE", "Notes")


settings = Settings()
