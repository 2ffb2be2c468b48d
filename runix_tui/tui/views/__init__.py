"""What the main screen can show instead of the deployments: activity, doctor, settings."""
