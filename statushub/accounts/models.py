"""The people of the desk, their invitations, and the keys of machines."""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from statushub.accounts.permissions import Role
from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import Base, UtcDateTime, words
from statushub.core.ids import new_id


class User(UserMixin, Base):  # type: ignore[misc] # flask-login carries no types
    """A person at the desk. ``session_epoch`` grows to end every session of theirs."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(words(Role))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_active(self) -> bool:
        """Whether they may sign in (flask-login asks)."""
        return self.active

    def get_id(self) -> str:
        """What the session cookie carries: id and epoch."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def actor(self) -> Actor:
        """This person, for the audit log."""
        return Actor(kind="user", id=self.id, name=self.name)


class Invitation(Base):
    """A link that lets one person in, once, in a role. Only the token's digest is stored.

    With ``user_id`` it lets somebody in again: they set a new password.
    """

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(words(Role))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id"))


class ApiKey(Base):
    """A machine's key, shown once; ``prefix`` lets people tell keys apart."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(words(Role))
    prefix: Mapped[str] = mapped_column(String(12))
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def actor(self) -> Actor:
        """This key, for the audit log."""
        return Actor(kind="api_key", id=self.id, name=self.name)
