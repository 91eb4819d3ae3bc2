"""When the business says no."""


class Refusal(Exception):
    """A rule of the business was broken. It is an answer to somebody, not a crash."""
