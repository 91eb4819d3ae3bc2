"""Requests and answers as ASGI messages."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from testbed.vendors.common.call import Response

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def read_body(receive: Receive) -> bytes | None:
    """The whole body of a request; None if the caller left before its end."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def send_answer(answer: Response, send: Send) -> None:
    """Answer a request."""
    body = answer.encoded()
    headers = {"content-type": "application/json;charset=utf-8"} if answer.body is not None else {}
    headers |= {name.lower(): value for name, value in answer.headers.items()}
    if answer.status != 204:  # RFC 9110: no length on a 204
        headers["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def hang_up(scope: dict[str, Any], receive: Receive) -> None:
    """Close the connection without a byte, and wait for it, so that uvicorn adds no answer."""
    scope["extensions"]["sandbox"]["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass
