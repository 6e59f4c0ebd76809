"""The tables of facts: the page, its components, what happened and what was said of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime, words
from statushub.core.ids import new_id
from statushub.incidents.statuses import CLOSED, ComponentStatus, Impact, IncidentStatus, Kind


class Page(Base):
    """The one public page. ``revision`` grows with every change that a visitor can see."""

    __tablename__ = "page"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    about: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    support_url: Mapped[str] = mapped_column(String(2000), default="")
    time_zone: Mapped[str] = mapped_column(String(64), default="Etc/UTC")
    locale: Mapped[str] = mapped_column(String(10), default="en")
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ComponentGroup(Base):
    """Components shown together; its status is its worst child's."""

    __tablename__ = "component_group"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    components: Mapped[list[Component]] = relationship(
        back_populates="group", order_by="Component.position"
    )


class Component(Base):
    """A part of the service that customers can name. Archived ones keep their history."""

    __tablename__ = "component"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[ComponentStatus] = mapped_column(
        words(ComponentStatus), default=ComponentStatus.OPERATIONAL
    )
    position: Mapped[int] = mapped_column(default=0)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("component_group.id"))
    showcase: Mapped[bool] = mapped_column(default=True)
    only_show_if_degraded: Mapped[bool] = mapped_column(default=False)
    start_date: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    group: Mapped[ComponentGroup | None] = relationship(back_populates="components")


class ComponentStatusChange(Base):
    """From ``at`` on, the component had ``status``. Uptime is computed from these alone."""

    __tablename__ = "component_status_change"
    __table_args__ = (Index("ix_component_status_change_component_at", "component_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    component_id: Mapped[str] = mapped_column(ForeignKey("component.id"))
    status: Mapped[ComponentStatus] = mapped_column(words(ComponentStatus))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"), index=True)


_PUBLISHED = text("published_at IS NOT NULL")


def _occurred_at(context: Any) -> datetime:
    values = context.get_current_parameters()
    moment: datetime = values.get("scheduled_for") or values["started_at"]
    return moment


class Incident(Base):
    """Something that happened (incident) or will (maintenance).

    It is public from ``published_at`` on, that is, from its first published update.
    ``impact`` is what is shown; ``impact_override`` is a person's word against the computed one.
    ``occurred_at`` orders history: when an incident started, when a maintenance is planned for
    (the wire contract's ``started_at`` of a maintenance is its creation). It keeps itself up.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "ix_incident_history",
            "occurred_at",
            "id",
            sqlite_where=_PUBLISHED,
            postgresql_where=_PUBLISHED,
        ),
        Index(
            "ix_incident_open",
            "kind",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    kind: Mapped[Kind] = mapped_column(words(Kind), default=Kind.INCIDENT)
    name: Mapped[str] = mapped_column(String(255))
    status: Mapped[IncidentStatus] = mapped_column(words(IncidentStatus))
    impact: Mapped[Impact] = mapped_column(words(Impact), default=Impact.NONE)
    impact_override: Mapped[Impact | None] = mapped_column(words(Impact))
    customer_impact: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    monitoring_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scheduled_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scheduled_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    auto_start: Mapped[bool] = mapped_column(default=True)
    auto_complete: Mapped[bool] = mapped_column(default=True)
    backfilled: Mapped[bool] = mapped_column(default=False)
    shortlink: Mapped[str] = mapped_column(String(2000), default="")
    source: Mapped[str] = mapped_column(String(20), default="")
    created_by: Mapped[str | None] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_occurred_at)

    updates: Mapped[list[IncidentUpdate]] = relationship(
        back_populates="incident",
        order_by="IncidentUpdate.display_at.desc(), IncidentUpdate.number.desc()",
    )
    affected: Mapped[list[AffectedComponent]] = relationship(
        back_populates="incident", cascade="all, delete-orphan"
    )

    @property
    def is_open(self) -> bool:
        """Whether customers still wait for its end."""
        return self.status not in CLOSED


@event.listens_for(Incident, "before_update")
def _keep_occurred_at(_mapper: object, _connection: object, incident: Incident) -> None:
    incident.occurred_at = incident.scheduled_for or incident.started_at


class AffectedComponent(Base):
    """A component that an incident affects, and the status that the incident claims for it.

    The claim counts while the incident is published and in force (statuses.IN_FORCE); before
    that it is the plan, afterwards it is what the incident left behind.
    """

    __tablename__ = "affected_component"

    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    component_id: Mapped[str] = mapped_column(
        ForeignKey("component.id"), primary_key=True, index=True
    )
    status: Mapped[ComponentStatus] = mapped_column(words(ComponentStatus))

    incident: Mapped[Incident] = relationship(back_populates="affected")
    component: Mapped[Component] = relationship()


class IncidentUpdate(Base):
    """What was said at ``display_at``. ``body`` is Markdown, ``body_html`` rendered when saved.

    ``affected_components`` keeps the wire shape: code, name, old_status, new_status.
    ``number`` orders updates of the same moment: it grows with each update of the incident.
    """

    __tablename__ = "incident_update"
    __table_args__ = (
        Index("ix_incident_update_incident_display", "incident_id", "display_at"),
        Index("ix_incident_update_display", "display_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[IncidentStatus] = mapped_column(words(IncidentStatus))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    display_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    affected_components: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    deliver_notifications: Mapped[bool] = mapped_column(default=True)
    custom_tweet: Mapped[str | None] = mapped_column(Text)
    tweet_id: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[str | None] = mapped_column(String(64))

    incident: Mapped[Incident] = relationship(back_populates="updates")
