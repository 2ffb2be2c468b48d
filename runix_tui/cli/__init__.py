"""The command line: arguments, exit codes, and the only ``print`` of Runix. What it does, it asks the REST API for."""
