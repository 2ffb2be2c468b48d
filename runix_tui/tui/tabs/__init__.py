"""The tabs of a deployment, one module for each."""
