"""The REST API: requests checked and turned into values, values turned into answers. No deploying is done here."""
