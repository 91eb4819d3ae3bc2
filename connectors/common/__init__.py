"""The parts that all connectors share."""

from connectors.common.auth import Anonymous, ApiKey, Auth, Basic, StaticBearer
from connectors.common.batches import batches
from connectors.common.cached import Cached
from connectors.common.capabilities import capabilities
from connectors.common.client import VendorClient
from connectors.common.http import Api, ApiProfile
from connectors.common.manifest import Connector, OtherInstallations, Roles
from connectors.common.oauth import ClientCredentials, OAuthRefresh, TokenEndpoint
from connectors.common.operation import UpsertOperation, VendorOperation
from connectors.common.records import VendorRecords
from connectors.common.references import References
from connectors.common.response import Response
from connectors.common.settings import (
    HttpSettings,
    Secret,
    SiteSettings,
    VendorSettings,
    require_secret,
    secret,
)
from connectors.common.together import all_of, together
from connectors.common.trace import correlation
from connectors.common.transport import Http, open_http

__all__ = [
    "Anonymous",
    "Api",
    "ApiKey",
    "ApiProfile",
    "Auth",
    "Basic",
    "Cached",
    "ClientCredentials",
    "Connector",
    "Http",
    "HttpSettings",
    "OAuthRefresh",
    "OtherInstallations",
    "References",
    "Response",
    "Roles",
    "Secret",
    "SiteSettings",
    "StaticBearer",
    "TokenEndpoint",
    "UpsertOperation",
    "VendorClient",
    "VendorOperation",
    "VendorRecords",
    "VendorSettings",
    "all_of",
    "batches",
    "capabilities",
    "correlation",
    "open_http",
    "require_secret",
    "secret",
    "together",
]
