"""The parts that all connectors share."""

from connectors.common.auth import Anonymous, Auth, Basic, StaticBearer
from connectors.common.cached import Cached
from connectors.common.capabilities import capabilities
from connectors.common.http import Api, ApiProfile
from connectors.common.manifest import Connector, Roles
from connectors.common.oauth import ClientCredentials, OAuthClient, OAuthRefresh, TokenEndpoint
from connectors.common.operation import VendorOperation
from connectors.common.response import Response
from connectors.common.settings import HttpSettings, Secret, secret
from connectors.common.together import together
from connectors.common.trace import correlation
from connectors.common.transport import Http, open_http

__all__ = [
    "Anonymous",
    "Api",
    "ApiProfile",
    "Auth",
    "Basic",
    "Cached",
    "ClientCredentials",
    "Connector",
    "Http",
    "HttpSettings",
    "OAuthClient",
    "OAuthRefresh",
    "Response",
    "Roles",
    "Secret",
    "StaticBearer",
    "TokenEndpoint",
    "VendorOperation",
    "capabilities",
    "correlation",
    "open_http",
    "secret",
    "together",
]
