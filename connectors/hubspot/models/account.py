"""A HubSpot account: its pipelines, currency, properties and association labels."""

from decimal import Decimal

from pydantic import Field

from connectors.hubspot.models.records import AssociationType, HubspotModel


class StageMetadata(HubspotModel):
    """Numbers and truth values are text here."""

    is_closed: str = Field("false", alias="isClosed")
    probability: Decimal = Decimal(0)


class PipelineStage(HubspotModel):
    """A stage of a pipeline; its id is unique over all pipelines."""

    id: str
    metadata: StageMetadata

    @property
    def is_won(self) -> bool:
        return self.metadata.is_closed == "true" and self.metadata.probability == 1


class Pipeline(HubspotModel):
    """A pipeline and its stages."""

    stages: list[PipelineStage]


class Pipelines(HubspotModel):
    """All pipelines of one kind of record."""

    results: list[Pipeline]


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


class Properties(HubspotModel):
    """All properties of one kind of record."""

    results: list[Property]


class PropertyGroup(HubspotModel):
    """A group of properties."""

    name: str


class PropertyGroups(HubspotModel):
    """The property groups of one kind of record."""

    results: list[PropertyGroup]


class Labels(HubspotModel):
    """The types of association between two kinds of record."""

    results: list[AssociationType]
