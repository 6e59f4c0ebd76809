"""What a person says about a lost post becomes what later posts reply to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from statushub.core.db import db
from statushub.publishing.models import Delivery, DeliveryState
from tests.attacks.conftest import Target


@pytest.mark.parametrize("typed", ["hello", "1e9", "12 34", "²", "9" * 31, "<b>1</b>", "\x00x"])
def test_nothing_but_a_posts_id_is_replied_to(
    target: Target, client: FlaskClient, sign_in: Callable[..., Any], typed: str
) -> None:
    sign_in("social_media_lead")
    place = f"/desk/deliveries/{target.values['delivery_id']}/answer"
    answer = client.post(place, data={"answer": "there", "post": typed})
    assert answer.status_code == 422
    db.session.rollback()
    delivery = db.session.get(Delivery, int(target.values["delivery_id"]))
    assert delivery is not None
    assert delivery.state is DeliveryState.UNCERTAIN
    answer = client.post(place, data={"answer": "there", "post": "https://x.com/a/status/42"})
    assert answer.status_code == 302
    db.session.rollback()
    db.session.expire_all()
    delivery = db.session.get(Delivery, int(target.values["delivery_id"]))
    assert delivery is not None
    assert (delivery.state, delivery.provider_id) == (DeliveryState.SENT, "42")
