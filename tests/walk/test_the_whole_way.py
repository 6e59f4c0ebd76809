"""Points 1 to 9 of what StatusHub is for, as one story in real browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.webhook_receiver import WebhookReceiver
from tests.emulators.x_api import XEmulator
from tests.walk.product import Product
from tests.walk.story import connecting, customers, declaring, ending, first_visit, telling
from tests.walk.story.walk import Walk
from tests.walk.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CHAPTERS = (
    first_visit.the_owner_sets_up_the_page,
    first_visit.the_link_works_once,
    first_visit.colleagues_come_in_by_link,
    connecting.the_account_on_x_is_connected,
    connecting.a_check_says_when_the_network_refuses,
    connecting.the_mail_server_is_checked,
    declaring.kim_declares_an_incident,
    declaring.the_draft_is_previewed_and_saved_as_she_types,
    declaring.two_people_see_each_others_changes,
    declaring.the_viewer_looks_and_cannot_touch,
    customers.ann_subscribes_by_mail,
    customers.ben_subscribes_to_one_part,
    customers.a_machine_subscribes_by_webhook,
    telling.kim_publishes_and_everybody_sees_it,
    telling.everybody_subscribed_is_told,
    telling.the_board_says_who_has_been_told,
    telling.a_lost_answer_of_x_is_settled_by_a_person,
    telling.a_refused_post_is_tried_again,
    ending.a_customer_reports_without_javascript,
    customers.ann_leaves_by_one_click,
    customers.ben_changes_his_mind_twice,
    customers.forged_links_are_refused,
    ending.kim_resolves_it,
    ending.maintenance_is_planned_and_announced,
    ending.the_report_is_in_the_inbox,
    ending.it_began_and_ended_by_itself,
    ending.the_audit_log_knows_who_did_what,
)


@pytest.fixture
def walk(
    make_product: Callable[..., Product],
    open_windows: Callable[[Product], Windows],
    mail: SmtpSink,
    network: XEmulator,
    receiver: WebhookReceiver,
) -> Walk:
    """An empty machine on which somebody typed ``statushub serve``."""
    product = make_product(
        STATUSHUB_SMTP_URL=mail.url,
        STATUSHUB_MAIL_FROM="Harbour Pay <status@harbour.example>",
        STATUSHUB_X_API_BASE=network.base,
        STATUSHUB_ALLOW_PRIVATE_TARGETS="127.0.0.1/32",
    )
    product.start()
    return Walk(product, mail, network, receiver, open_windows(product))


def test_from_an_empty_machine_to_a_told_customer(walk: Walk) -> None:
    for chapter in CHAPTERS:
        chapter(walk)
    walk.windows.close()
    assert walk.product.interrupt() == 0
    assert walk.product.complaints() == []
