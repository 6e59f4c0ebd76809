"""Publishing: the draft becomes an update, and everybody who should know is put on the list.

One transaction: the update, the components, the revision, the audit entry and one delivery row
per target stand together, or none of them does.
"""

from __future__ import annotations

from flask_babel import gettext as _

from statushub.channels.service import active_channels
from statushub.core import clock
from statushub.core.audit import Actor
from statushub.core.db import db, transaction
from statushub.core.errors import Conflict, Invalid
from statushub.incidents import queries
from statushub.incidents.models import IncidentUpdate
from statushub.incidents.overall import overall_status
from statushub.incidents.page import get_page
from statushub.incidents.statuses import IncidentStatus
from statushub.incidents.updates import post_update
from statushub.publishing import hook, mail, outbox, planning, post
from statushub.publishing.content import Content, clean
from statushub.publishing.drafts import DraftConflict, locked_draft
from statushub.publishing.models import DeliveryKind, Draft, DraftState
from statushub.publishing.story import Story, story_of
from statushub.subscribers.models import SubscriberKind
from statushub.subscribers.queries import locales


def publish(actor: Actor, draft_id: str, version: int) -> IncidentUpdate:
    """Publish exactly ``version`` of a draft. A second click returns the same update.

    Raises NotFound, Conflict (``current`` is a DraftConflict) when the draft is not at that
    version any more, Invalid by the field for what cannot be published; nothing is written then.
    """
    with transaction():
        draft = locked_draft(draft_id)
        if draft.version != version:
            raise _stale(draft, _("Somebody changed the draft. Read it again, then publish."))
        if draft.state is DraftState.PUBLISHED and draft.update_id:
            return queries.get_update(draft.update_id)
        if draft.state is not DraftState.OPEN:
            raise _stale(draft, _("This draft was thrown away. Begin a new one."))
        update = _publish(actor, draft)
        draft.state, draft.update_id = DraftState.PUBLISHED, update.id
        draft.updated_by, draft.updated_by_name = actor.id, actor.name
        draft.updated_at = clock.now()
    return update


def announce(update: IncidentUpdate, *, email_subject: str | None = None) -> None:
    """Put everybody who is to hear of a posted update on the list, in the same transaction."""
    if not update.deliver_notifications:
        return
    story = story_of(update, email_subject=email_subject)
    component_ids = [change.component_id for change in story.changes]
    _queue_posts(update, story)
    _queue_mails(update, story, component_ids)
    _queue_webhooks(update, component_ids)


def _publish(actor: Actor, draft: Draft) -> IncidentUpdate:
    content = draft.content
    _check(content)
    update = post_update(
        actor,
        draft.incident_id,
        status=IncidentStatus(content["status"]),
        body=content["body"],
        components=planning.said_of_components(draft, content),
        deliver=content["notify"],
        custom_tweet=content["x_text"],
        impact_override=planning.said_of_impact(draft, content),
    )
    announce(update, email_subject=content["email_subject"])
    return update


def _check(content: Content) -> None:
    """What only publishing asks. The status and the text are the incidents room's to judge."""
    in_service = [component.id for component in queries.all_components()]
    clean(content, in_service)
    tweet = content["x_text"]
    if tweet and content["notify"] and any(one.transport == "x" for one in active_channels()):
        problem = post.x_problem(tweet)
        if problem:
            raise Invalid(fields={"x_text": problem})


def _stale(draft: Draft, message: str) -> Conflict:
    return Conflict(message, DraftConflict(draft, draft.content, {}, ()))


def _queue_posts(update: IncidentUpdate, story: Story) -> None:
    locale = get_page().locale
    for channel in active_channels():
        text = post.compose_x(story, update.custom_tweet, locale)
        message = outbox.add_message(
            DeliveryKind.UPDATE, channel.transport, {"text": text}, update_id=update.id
        )
        outbox.queue_for_channel(update, message, channel)


def _queue_mails(update: IncidentUpdate, story: Story, component_ids: list[str]) -> None:
    sender = mail.page_sender(story.page_name)
    for locale in locales(SubscriberKind.EMAIL, component_ids):
        payload = mail.email_payload(
            mail.compose_email(story, locale),
            sender=sender,
            headers=mail.update_headers(story, sender),
        )
        message = outbox.add_message(
            DeliveryKind.UPDATE, "email", payload, update_id=update.id, locale=locale
        )
        outbox.queue_for_subscribers(update, message, SubscriberKind.EMAIL, component_ids, locale)


def _queue_webhooks(update: IncidentUpdate, component_ids: list[str]) -> None:
    if not locales(SubscriberKind.WEBHOOK, component_ids):
        return
    payload = hook.webhook_payload(_webhook_body(update))
    message = outbox.add_message(DeliveryKind.UPDATE, "webhook", payload, update_id=update.id)
    outbox.queue_for_subscribers(update, message, SubscriberKind.WEBHOOK, component_ids, None)


def _webhook_body(update: IncidentUpdate) -> dict[str, object]:
    incident = update.incident
    db.session.refresh(incident, ["updates"])
    overall = overall_status(
        queries.all_components(), [one.impact for one in queries.open_incidents()]
    )
    return hook.compose_webhook(
        get_page(),
        incident,
        incident.updates[: hook.UPDATES_MAX],
        [row.component for row in incident.affected],
        (overall.indicator, overall.description),
        clock.now(),
    )
