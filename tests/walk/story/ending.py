"""Points 8 and 9: resolved, planned work by the clock, what customers say and where it arrives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk.story import customers, telling
from tests.walk.story.declaring import TITLE
from tests.walk.story.walk import Walk, until

REPORT = "My card was declined twice. <script>alert(1)</script> Order 4711."
UPGRADE = "Database upgrade"


def a_customer_reports_without_javascript(walk: Walk) -> None:
    """What is wrong, with which part; a reference to quote comes back."""
    page = walk.windows.open(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Report a problem").first.click()
    page.get_by_label("What is wrong?").fill(REPORT)
    page.get_by_label("Which part is it about?").select_option(label="Payments – Card payments")
    page.get_by_label("Your e-mail address").fill("cora@customer.example")
    page.get_by_role("button", name="Send report").click()
    assert "your report has arrived" in page.locator("main").inner_text()
    page.context.close()
    seeing = walk.windows.open()
    seeing.goto("/report")
    walk.look(seeing, "report")
    seeing.context.close()


def kim_resolves_it(walk: Walk) -> None:
    """Under its day on the page; the bars and the percentage follow from what was recorded."""
    page = telling.publish(walk, "Resolved", "All card payments work again.")
    until(lambda: "Final" in page.locator("#board").inner_text(), "the board's end")
    customers.nobody_hears_any_more(walk, "All card payments work again")
    walk.visible("All Systems Operational", "/", "/api/v2/status.json")
    assert walk.get_json("/api/v2/incidents/unresolved.json")["incidents"] == []
    reader = walk.windows.open()
    reader.goto("/")
    past = reader.locator("section[aria-labelledby=past] .day").first
    assert TITLE in past.inner_text()
    assert "All card payments work again." in past.inner_text()
    row = reader.locator(".component", has_text="Card payments")
    row.locator("summary").click()
    assert "Partial outage" in row.locator("tbody tr").first.inner_text()
    quiet = reader.locator(".component", has_text="Invoices")
    assert "100.00 % uptime" in quiet.inner_text()
    assert "100.00 % uptime" not in row.inner_text()
    _bars_answer_to_the_arrows(reader)
    walk.look(reader, "public-after")
    reader.goto("/uptime")
    walk.look(reader, "uptime")
    reader.goto(f"/incidents/{walk.incident}")
    assert reader.locator("article.update").count() == 4
    walk.look(reader, "incident-resolved")
    reader.context.close()


def _bars_answer_to_the_arrows(reader: Any) -> None:
    """Ninety bars are one tab stop; arrow keys walk the days and say them."""
    bars = reader.locator(".bars").first
    stops = bars.locator("[tabindex='0'], svg[tabindex]")
    assert stops.count() == 1
    stops.focus()
    reader.keyboard.press("ArrowLeft")
    before = bars.inner_text()
    reader.keyboard.press("ArrowLeft")
    assert bars.inner_text() != before


def maintenance_is_planned_and_announced(walk: Walk) -> None:
    """Twenty seconds ahead, for eight: the product's own clock starts and ends it."""
    page = walk.kim
    page.goto("/desk/maintenance")
    walk.look(page, "maintenances")
    page.get_by_role("link", name="Schedule maintenance").first.click()
    walk.look(page, "maintenance-new")
    page.get_by_label("Title").fill(UPGRADE)
    page.get_by_label("What will customers notice?").fill("Invoices may take a minute longer.")
    begins = datetime.now(ZoneInfo("Europe/London")) + timedelta(seconds=20)
    page.get_by_label("Begins", exact=True).fill(_field(begins))
    page.get_by_label("Ends", exact=True).fill(_field(begins + timedelta(seconds=8)))
    page.get_by_label("Invoices").check()
    page.get_by_role("button", name="Plan it, and write the announcement").click()
    page.get_by_text("Nobody outside knows yet").wait_for()
    walk.links["maintenance"] = page.url
    page.get_by_role("button", name="Check and publish…").click()
    page.get_by_role("button", name="Publish now").click()
    page.wait_for_url("**/deliveries")
    walk.visible(UPGRADE, "/", "/api/v2/scheduled-maintenances/upcoming.json")


def _field(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def the_report_is_in_the_inbox(walk: Walk) -> None:
    """Linked to the incident that affected the part; its words are words."""
    page = walk.owner
    page.goto("/desk/feedback")
    line = page.locator(".line", has_text="declined twice")
    assert TITLE in line.inner_text()
    assert "cora@customer.example" in line.inner_text()
    walk.look(page, "inbox")
    line.get_by_role("link").first.click()
    assert "<script>alert(1)</script>" in page.locator("blockquote").inner_text()
    walk.look(page, "report-at-the-desk")
    page.get_by_label("Add a note").fill("Answered by mail.")
    page.get_by_role("button", name="Add the note").click()
    assert "Answered by mail." in page.locator(".notes").inner_text()


def it_began_and_ended_by_itself(walk: Walk) -> None:
    """Told in three words: scheduled, in progress with its component, completed."""
    until(lambda: _told(walk, "completed"), "the maintenance's end", seconds=60)
    assert _told(walk, "in_progress")["Invoices"] == "under_maintenance"
    assert _told(walk, "completed")["Invoices"] == "operational"
    walk.visible(UPGRADE, "/history", "/history.atom")
    active = "/api/v2/scheduled-maintenances/active.json"
    until(lambda: UPGRADE not in walk.get(active), "the end of the work in the API", 1.0)
    page = walk.kim
    page.goto(walk.links["maintenance"])
    assert "Completed" in page.locator("main").inner_text()
    assert page.locator("#nav [aria-current]").inner_text() == "Maintenance"
    walk.look(page, "maintenance")
    page.goto("/desk/incidents?show=all")
    walk.look(page, "incidents")
    page.goto("/desk/")
    walk.look(page, "overview")


def _told(walk: Walk, status: str) -> dict[str, str]:
    """The components as the webhook heard of them with that status."""
    for call in walk.receiver.calls:
        incident = call.json.get("incident", {})
        if (incident.get("name"), incident.get("status")) == (UPGRADE, status):
            return {one["name"]: one["status"] for one in incident["components"]}
    return {}


def the_audit_log_knows_who_did_what(walk: Walk) -> None:
    page = walk.owner
    page.goto("/desk/audit")
    said = page.locator("main").inner_text()
    assert "Kim Comms" in said
    assert "Olive Owner" in said
    walk.look(page, "audit")
    for name, path in (
        ("subscribers", "/desk/subscribers"),
        ("components", "/desk/components"),
        ("settings", "/desk/settings"),
        ("account", "/desk/account"),
        ("api-keys", "/desk/api-keys"),
        ("gallery", "/desk/gallery"),
        ("not-there", "/desk/nothing"),
    ):
        page.goto(path)
        walk.look(page, name)
