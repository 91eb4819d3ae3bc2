"""What every connector is made of."""

from connectors.kit.answer import Answer
from connectors.kit.auth import Anonymous, Auth, Basic, StaticBearer
from connectors.kit.cached import Cached
from connectors.kit.capable import capabilities
from connectors.kit.http import Api, Manners
from connectors.kit.manifest import Connector, Roles
from connectors.kit.oauth import Client, ClientCredentials, Endpoint, OAuthRefresh
from connectors.kit.onsite import OnSite
from connectors.kit.settings import HttpSettings, Secret, secret
from connectors.kit.together import together
from connectors.kit.trace import correlation
from connectors.kit.transport import Http, open_http

__all__ = [
    "Anonymous",
    "Answer",
    "Api",
    "Auth",
    "Basic",
    "Cached",
    "Client",
    "ClientCredentials",
    "Connector",
    "Endpoint",
    "Http",
    "HttpSettings",
    "Manners",
    "OAuthRefresh",
    "OnSite",
    "Roles",
    "Secret",
    "StaticBearer",
    "capabilities",
    "correlation",
    "open_http",
    "secret",
    "together",
]
