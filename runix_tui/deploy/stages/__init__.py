"""One module for each stage of a deploy, in the order of architecture: each does its work and returns a value."""
