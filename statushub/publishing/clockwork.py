"""What the clock does by itself: planned work starts and ends, and says so to customers."""

from __future__ import annotations

import logging

from flask_babel import force_locale
from flask_babel import gettext as _

from statushub.core import clock
from statushub.core.audit import SYSTEM
from statushub.core.db import transaction
from statushub.core.errors import StatusHubError
from statushub.core.i18n import known_locale
from statushub.incidents.maintenance import due_maintenances
from statushub.incidents.page import find_page
from statushub.incidents.statuses import IncidentStatus
from statushub.incidents.updates import lock_incident, post_update
from statushub.publishing.service import announce

log = logging.getLogger(__name__)


def run_due() -> int:
    """Start and end the maintenances whose time has come; how many. Any number of workers may
    ask at once: each step is taken by one of them, and not at all when a person was quicker."""
    return sum(_step(one, status) for one, status in due_maintenances(clock.now()))


def _step(incident_id: str, status: IncidentStatus) -> bool:
    try:
        with transaction():
            lock_incident(incident_id)  # whoever comes second sees what the first one did
            if (incident_id, status) not in due_maintenances(clock.now()):
                return False
            update = post_update(SYSTEM, incident_id, status=status, body=_words(status))
            announce(update)
    except StatusHubError as error:
        log.warning("maintenance %s could not become %s: %s", incident_id, status, error)
        return False
    return True


def _words(status: IncidentStatus) -> str:
    """What is said when nobody says it: in the page's language."""
    page = find_page()
    with force_locale(known_locale(page.locale if page else None)):
        if status is IncidentStatus.COMPLETED:
            return str(_("The scheduled maintenance has been completed."))
        return str(
            _("Scheduled maintenance is now in progress. We will provide updates as necessary.")
        )
