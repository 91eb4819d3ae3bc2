"""The site itself, its caller, and the fixed lists that the public client reads."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import views
from testbed.vendors.jira.endpoints import PEOPLE, READ, Endpoint, Handler
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import format_time


def server_info(context: RequestContext) -> Response:
    return Response(
        200,
        {
            "baseUrl": context.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100285,
            "serverTime": format_time(context.site.now),
            "serverTitle": "Jira",
        },
    )


def myself(context: RequestContext) -> Response:
    account = str(context.require_user()["accountId"])
    return Response(200, views.user(context, account))


def my_permissions(context: RequestContext) -> Response:
    keys = context.call.words("permissions")
    known = {doc["key"]: doc for doc in context.site.facts["permissions"]}
    if not keys or not set(keys) <= set(known):
        raise refuse(f"Unrecognized permissions: {', '.join(set(keys) - set(known))}")
    granted = {key: known[key] | {"havePermission": _has(context, key)} for key in keys}
    return Response(200, {"permissions": granted})


def _has(context: RequestContext, key: str) -> bool:
    if context.user is None:
        return False
    return bool(context.user["admin"]) if key == "ADMINISTER" else True


def _list(kind: str, *, wrapped: bool) -> Handler:
    def answer(context: RequestContext) -> Response:
        docs: list[Doc] = context.site.facts[kind]
        return Response(200, {kind: docs} if wrapped else docs)

    return answer


ENDPOINTS = (
    Endpoint("GET", "/serverInfo", "", server_info),
    Endpoint("GET", "/myself", PEOPLE, myself),
    Endpoint("GET", "/mypermissions", READ, my_permissions),
    Endpoint("GET", "/permissionscheme", READ, _list("permissionSchemes", wrapped=True)),
    Endpoint("GET", "/issuesecurityschemes", READ, _list("issueSecuritySchemes", wrapped=True)),
    Endpoint("GET", "/projectCategory", READ, _list("projectCategories", wrapped=False)),
)
