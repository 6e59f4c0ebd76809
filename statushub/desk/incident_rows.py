"""Incidents as the desk lists them: with the time since customers last heard of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from statushub.desk import incident_reads, reads
from statushub.incidents.models import Incident


@dataclass(frozen=True)
class Row:
    """One line. ``last_word`` is None while nothing of it is public."""

    incident: Incident
    last_word: datetime | None

    @property
    def public(self) -> bool:
        """Whether customers can see it."""
        return self.incident.published_at is not None


def rows(incidents: Sequence[Incident]) -> list[Row]:
    """``incidents`` in their order, with when each was last spoken of."""
    words = reads.last_words([incident.id for incident in incidents])
    return [Row(incident, words.get(incident.id)) for incident in incidents]


def open_rows() -> list[Row]:
    """Everything that has not ended, what is not public yet first."""
    found = rows(incident_reads.unfinished())
    return sorted(found, key=lambda row: row.public)
