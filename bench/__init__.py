"""Ratios against the raw engine: what Runix adds to the same work by hand."""
