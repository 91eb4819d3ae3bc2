"""Accounts, project roles and permissions."""

from pydantic import BaseModel, Field, RootModel


class Account(BaseModel):
    """A person's account, or an app's."""

    id: str = Field(alias="accountId")


class RoleAddresses(RootModel[dict[str, str]]):
    """The addresses of a project's roles, by name."""


class Actor(BaseModel):
    """Who holds a role: a person, or a group, which has no account."""

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


class Permissions(BaseModel):
    """The permissions that were asked for, by key."""

    permissions: dict[str, Permission]
