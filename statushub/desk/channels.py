"""Channels: connect an account, check it, switch it off and on, remove it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from statushub.accounts.permissions import Permission
from statushub.channels import service
from statushub.channels.seam import Account, Outcome, Retry, Sent, Uncertain
from statushub.core.db import release
from statushub.desk.blueprint import desk
from statushub.desk.channel_forms import channel_form
from statushub.subscribers import queries as subscribers
from statushub.web.guards import needs
from statushub.web.limits import limiter


@desk.get("/channels")
@needs(Permission.MANAGE_CHANNELS)
def channels() -> ResponseReturnValue:
    """Connected accounts, what could be connected, and what is built in."""
    transports = service.transports()
    return render_template(
        "desk/channels.html",
        channels=service.all_channels(),
        labels={transport.name: transport.label for transport in transports.all_()},
        connectable=transports.connectable(),
        built_in=[one for one in transports.all_() if not one.settings],
        counts=subscribers.counts(),
    )


@desk.route("/channels/connect/<transport>", methods=["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def channel_connect(transport: str) -> ResponseReturnValue:
    """Enter an account's credentials; they are tried at once, without posting anything."""
    code = service.transports().get(transport)
    form = channel_form(code)
    made = form.deed(
        lambda: service.connect(current_user.actor, transport, form.name.data, form.values),
        form.names,
    )
    if made is None:
        return form.page("desk/channel_connect.html", transport=code)
    return _check(made.id)


@desk.route("/channels/<channel_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def channel(channel_id: str) -> ResponseReturnValue:
    """One account: its state, its settings."""
    found = service.get_channel(channel_id)
    code = service.transports().get(found.transport)
    form = channel_form(code, found)
    done = form.deed(
        lambda: service.edit(
            current_user.actor, channel_id, name=form.name.data, values=form.values
        ),
        form.names,
    )
    if done is None:
        return form.page("desk/channel.html", channel=found, transport=code)
    return _check(channel_id)


@desk.post("/channels/<channel_id>/check")
@limiter.limit("20 per minute")
@needs(Permission.MANAGE_CHANNELS)
def channel_check(channel_id: str) -> ResponseReturnValue:
    """Ask the network whether the account works; nothing is posted."""
    return _check(channel_id)


def _check(channel_id: str) -> ResponseReturnValue:
    _say(service.check_channel(channel_id))
    return redirect(url_for("desk.channel", channel_id=channel_id))


def _say(outcome: Outcome) -> None:
    """Exactly what happened."""
    if isinstance(outcome, Sent):
        answer = _("It works. The answer: %(detail)s", detail=outcome.detail)
        flash(answer if outcome.detail else _("It works."), "success")
    elif isinstance(outcome, Retry | Uncertain):
        flash(_("It could not be checked just now: %(reason)s", reason=outcome.reason), "warning")
    else:
        flash(_("It does not work: %(reason)s", reason=outcome.reason), "error")


@desk.post("/channels/<channel_id>/disable")
@needs(Permission.MANAGE_CHANNELS)
def channel_disable(channel_id: str) -> ResponseReturnValue:
    """New updates are not posted there."""
    reason = _("Switched off by %(name)s", name=current_user.name)
    done = service.disable_(channel_id, reason, actor=current_user.actor)
    flash(_("“%(name)s” is off: new updates are not posted there.", name=done.name), "success")
    return redirect(url_for("desk.channel", channel_id=channel_id))


@desk.post("/channels/<channel_id>/enable")
@needs(Permission.MANAGE_CHANNELS)
def channel_enable(channel_id: str) -> ResponseReturnValue:
    """Updates are posted there again."""
    done = service.enable(current_user.actor, channel_id)
    flash(_("“%(name)s” is on: updates are posted there.", name=done.name), "success")
    return redirect(url_for("desk.channel", channel_id=channel_id))


@desk.post("/channels/<channel_id>/remove")
@needs(Permission.MANAGE_CHANNELS)
def channel_remove(channel_id: str) -> ResponseReturnValue:
    """Disconnect it; its credentials are erased."""
    service.remove(current_user.actor, channel_id)
    flash(_("The account is disconnected and its credentials are erased."), "success")
    return redirect(url_for("desk.channels"))


@desk.post("/channels/email/check")
@limiter.limit("20 per minute")
@needs(Permission.MANAGE_CHANNELS)
def channel_check_email() -> ResponseReturnValue:
    """Sign in at the mail server, send nothing."""
    transport = service.transports().get("email")
    release()  # a mail server may think for long
    _say(transport.check(Account()))
    return redirect(url_for("desk.channels"))
