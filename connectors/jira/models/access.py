"""Accounts, project roles and permissions."""

from pydantic import BaseModel, Field


class Account(BaseModel):
    """A person's account, or an app's."""

    id: str = Field(alias="accountId")


class Actor(BaseModel):
    """A person who holds a role, or a group, which has no account."""

    user: Account | None = Field(None, alias="actorUser")


class Role(BaseModel):
    """A project role and who holds it."""

    actors: list[Actor] = []

    @property
    def people(self) -> set[str]:
        return {actor.user.id for actor in self.actors if actor.user}


class Permission(BaseModel):
    """Whether our account has it."""

    have: bool = Field(alias="havePermission")
