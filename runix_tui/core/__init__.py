"""Pure values and rules of Runix: no I/O, no library of the outside world but pydantic."""
