"""SQLite: what Runix knows, one module for each noun. Imports core and errors alone; no engine, no rules of deploys."""
