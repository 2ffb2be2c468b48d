"""The full-screen terminal UI: a client of the REST API like any script. Knows ``client`` and ``core``, no more."""
