"""A HubSpot account: its pipelines, currency, properties and association labels."""

from decimal import Decimal

from pydantic import AliasPath, Field

from connectors.hubspot.models.records import HubspotModel


class PipelineStage(HubspotModel):
    """A stage of a pipeline; its id is unique over all pipelines.

    Numbers and truth values of its metadata are text.
    """

    id: str
    is_closed: str = Field("false", validation_alias=AliasPath("metadata", "isClosed"))
    probability: Decimal = Field(Decimal(0), validation_alias=AliasPath("metadata", "probability"))

    @property
    def is_won(self) -> bool:
        return self.is_closed == "true" and self.probability == 1


class Pipeline(HubspotModel):
    """A pipeline and its stages."""

    stages: list[PipelineStage]


class AccountInfo(HubspotModel):
    """The account behind a token."""

    portal: int = Field(alias="portalId")
    kind: str = Field("account", alias="accountType")
    currency: str = Field(alias="companyCurrency")


class Option(HubspotModel):
    """A value that an enumeration may take."""

    value: str
    label: str = ""
    order: int = Field(-1, alias="displayOrder")
    hidden: bool = False


class Property(HubspotModel):
    """The definition of a property."""

    name: str
    type: str
    options: list[Option] = []
    archived: bool = False


class PropertyGroup(HubspotModel):
    """A group of properties."""

    name: str
