"""Where everything is wired together, and how a server of a home begins, is found and ends. The only such place."""
