"""From a source tree to a plan, from a plan to a Dockerfile, and what neither may contain. Pure: no disk, no engine."""
