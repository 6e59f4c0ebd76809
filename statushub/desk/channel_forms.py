"""A channel's connect form, drawn from the settings that its transport declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from statushub.channels.models import Channel
from statushub.channels.seam import Setting, Transport
from statushub.web.forms import ChoiceField, Form, LineField, SecretField, options, required

# Before every setting's name, so that none meets an attribute of the form itself.
_PREFIX = "value_"
_VALUE_MAX = 2_000


class ChannelForm(Form):
    """The account's name at the desk; the settings come after it."""

    name = LineField(
        _l("Name"),
        required(_l("Enter a name.")),
        description=_l("For you, for example “@acme on X”. Customers do not see it."),
    )
    settings: tuple[Setting, ...] = ()

    @property
    def setting_fields(self) -> list[Field]:
        """The fields of the settings, in order."""
        return [self[_PREFIX + setting.name] for setting in self.settings]

    @property
    def values(self) -> dict[str, str]:
        """What was entered, by setting."""
        return {setting.name: self[_PREFIX + setting.name].data or "" for setting in self.settings}

    @property
    def names(self) -> Mapping[str, str]:
        """Setting to form field, for errors."""
        return {setting.name: _PREFIX + setting.name for setting in self.settings}


def channel_form(transport: Transport, channel: Channel | None = None) -> ChannelForm:
    """The form of a transport, filled with what is kept of a channel but for its secrets."""
    fields: dict[str, Any] = {
        _PREFIX + setting.name: _field(setting, kept=channel is not None)
        for setting in transport.settings
    }
    kind = type("ConnectForm", (ChannelForm,), fields | {"settings": tuple(transport.settings)})
    kept = {_PREFIX + name: value for name, value in (channel.settings if channel else {}).items()}
    form: ChannelForm = kind(data={"name": channel.name if channel else "", **kept})
    return form


def _field(setting: Setting, *, kept: bool) -> Field:
    label = setting.label if setting.required else _("%(label)s (optional)", label=setting.label)
    hint = str(setting.help)
    if setting.secret:
        keep = _("Saved and never shown. Leave empty to keep it.") if kept else ""
        return SecretField(label, description=" ".join(part for part in (hint, keep) if part))
    if setting.choices:
        return ChoiceField(
            label, choices=options(setting.choices), default=setting.default, description=hint
        )
    return LineField(label, limit=_VALUE_MAX, default=setting.default, description=hint)
