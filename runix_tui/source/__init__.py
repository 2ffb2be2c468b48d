"""Git repositories and plain folders, as checkouts on disk: everything between a ``repo_url`` and a tree of files."""
