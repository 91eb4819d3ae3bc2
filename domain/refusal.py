"""Refusals by the rules of the business."""


class Refusal(Exception):
    """A rule of the business forbids a request. It is an answer to somebody, not a crash."""
