"""HubSpot's JSON, exactly as HubSpot writes it."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class After(_Wire):
    """Where the next page begins."""

    after: str


class Paging(_Wire):
    """How a list goes on."""

    next: After | None = None


class _Paged(_Wire):
    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        """Where the next page begins; None on the last one."""
        return self.paging.next.after if self.paging and self.paging.next else None


class Link(_Wire):
    """A record on the other end, once per type of association."""

    id: str
    type: str


class Links(_Paged):
    """The first page of what hangs on a record."""

    results: list[Link] = []


class Record(_Wire):
    """A record of any kind. Every value is text or null, and an unset one may be either empty."""

    id: str
    properties: dict[str, str | None]
    associations: dict[str, Links] = {}
    url: str = ""

    @property
    def ids(self) -> Sequence[str]:
        """Its own id, and those of the records that were merged into it."""
        return [self.id, *filter(None, self.text("hs_merged_object_ids").split(";"))]

    def text(self, name: str) -> str:
        return (self.properties.get(name) or "").strip()

    def linked(self, kind: str) -> Links:
        return self.associations.get(kind) or Links()


class BatchError(_Wire):
    """Why a part of a batch was not done."""

    category: str = ""
    message: str = ""


class Partial(_Wire):
    """A batch; `errors` tell what was not done."""

    errors: list[BatchError] = []


class Batch(Partial):
    """Records read together."""

    results: list[Record]


class Page(_Paged):
    """One page of a search."""

    results: list[Record]


class AssociationType(_Wire):
    """A kind of association; the plain one has no label."""

    label: str | None = None


class Association(_Wire):
    """The ids of associations are numbers, unlike all others."""

    id: int = Field(alias="toObjectId")
    types: list[AssociationType] = Field(alias="associationTypes")

    @property
    def labels(self) -> list[str]:
        return [kind.label for kind in self.types if kind.label]


class Associations(_Paged):
    """One page of associations."""

    results: list[Association]


class StageFacts(_Wire):
    """Numbers and truth values are text here."""

    is_closed: str = Field("false", alias="isClosed")
    probability: Decimal = Decimal(0)


class PipelineStage(_Wire):
    """A stage of a pipeline; its id is unique over all pipelines."""

    id: str
    metadata: StageFacts

    @property
    def is_won(self) -> bool:
        return self.metadata.is_closed == "true" and self.metadata.probability == 1


class Pipeline(_Wire):
    """A pipeline and its stages."""

    stages: list[PipelineStage]


class Pipelines(_Wire):
    """All pipelines of one kind of record."""

    results: list[Pipeline]


class AccountInfo(_Wire):
    """The account behind a token."""

    portal: int = Field(alias="portalId")
    kind: str = Field("account", alias="accountType")
    currency: str = Field(alias="companyCurrency")


class Option(_Wire):
    """A value that an enumeration may take."""

    value: str
    label: str = ""
    order: int = Field(-1, alias="displayOrder")
    hidden: bool = False


class Property(_Wire):
    """The definition of a property."""

    name: str
    type: str
    options: list[Option] = []
    archived: bool = False


class Properties(_Wire):
    """All properties of one kind of record."""

    results: list[Property]


class Named(_Wire):
    """Anything with a name."""

    name: str


class Groups(_Wire):
    """The property groups of one kind of record."""

    results: list[Named]


class Labels(_Wire):
    """The types of association between two kinds of record."""

    results: list[AssociationType]
