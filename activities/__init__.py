"""Steps a workflow can ask for. One class per role; this package knows no vendor."""
