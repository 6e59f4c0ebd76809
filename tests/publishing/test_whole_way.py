"""From a draft to everybody who should know, through real networks."""

from __future__ import annotations

from statushub.core.access import vault
from statushub.publishing.board import board
from statushub.publishing.models import DeliveryState
from statushub.subscribers.models import SubscriberKind
from tests.publishing.conftest import Networks, World


def test_an_update_reaches_mail_webhook_and_x(world: World, networks: Networks) -> None:
    world.subscriber("ann@example.com")
    world.subscriber("web@example.com", world.web.id)  # not affected
    secret = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQh"
    networks.hook.secrets.append(secret)
    world.subscriber(
        networks.hook.url,
        kind=SubscriberKind.WEBHOOK,
        sealed=vault().seal({"signing_secret": secret}),
    )
    world.connect_x(networks.x)

    update = world.publish(body="We are **looking** into it.")
    world.drain()

    told = board(update.id)
    assert told.final
    assert told.totals[DeliveryState.SENT] == 3 == told.total

    (mail,) = networks.smtp.mails
    assert mail.to == "ann@example.com"
    assert mail.subject == "[Investigating] Logins fail – Acme"
    assert "We are looking into it." in mail.text
    assert "<strong>looking</strong>" in mail.html
    (call,) = networks.hook.calls
    assert call.signed_by == secret
    assert call.json["incident"]["incident_updates"][0]["body"] == "We are **looking** into it."
    (post,) = networks.x.posts
    assert "Logins fail" in post.text
    assert update.tweet_id == post.id
