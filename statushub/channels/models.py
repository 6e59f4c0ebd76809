"""Connected accounts: where the page's own words are posted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from statushub.core import clock
from statushub.core.db import Base, UtcDateTime
from statushub.core.ids import new_id


class Channel(Base):
    """An account on a network (``transport``). ``sealed`` holds its credentials, encrypted.

    Not ``enabled`` and ``broken``: the network does not take its credentials any more; what should
    go out waits until it is enabled again. Not ``enabled`` alone: a person switched it off; new
    updates are not posted there. ``disabled_reason`` is in words, for the desk; ``blocked_until``
    is a rate limit's end. A removed one is kept for its history, without its credentials.
    """

    __tablename__ = "channel"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    transport: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(255))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed: Mapped[str] = mapped_column(Text, default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    broken: Mapped[bool] = mapped_column(default=False)
    disabled_reason: Mapped[str] = mapped_column(Text, default="")
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
