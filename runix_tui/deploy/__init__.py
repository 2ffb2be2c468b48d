"""The story of a deploy, and everything that keeps it true: queue, health, reconciliation, logs, events."""
