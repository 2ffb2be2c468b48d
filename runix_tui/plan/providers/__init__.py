"""One module for each language: what its repositories look like and how they are built and started."""
