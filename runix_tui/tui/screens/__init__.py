"""Whole screens: one main screen; forms and questions are in ``modals``."""
