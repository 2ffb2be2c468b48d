"""Forms and questions over the main screen."""
