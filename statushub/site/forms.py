"""The forms that visitors fill in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from statushub.feedback.service import REPORT_MAX
from statushub.incidents import queries
from statushub.site.parts import full_name
from statushub.web.forms import AddressField, ChoiceField, Form, LineField, TextField, required

URL_MAX = 2_000


class ComponentsField(SelectMultipleField):  # type: ignore[misc] # wtforms carries no types
    """Any number of components, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: BaseForm) -> None:
        """Raises ValidationError for a component that is not offered (any more)."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(_("Choose from the list.")) from error


class Trapped(Form):
    """A form with a field that people do not see and simple robots fill in."""

    website = StringField(_l("Leave this empty"))

    @property
    def by_robot(self) -> bool:
        """Whether something filled in what nobody can see."""
        return bool(self.website.data)


class Choosing(Form):
    """A form with the components to hear about; none ticked means all."""

    components = ComponentsField(
        _l("Only these parts"), description=_l("Tick nothing to hear about everything.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.components.choices = component_choices()


class EmailForm(Choosing, Trapped):
    """Subscribe by e-mail."""

    email = AddressField(_l("E-mail address"), required(_l("Enter your e-mail address.")))


class WebhookForm(Choosing, Trapped):
    """Subscribe an endpoint of one's own."""

    url = LineField(
        _l("Webhook address"), required(_l("Enter the address of your endpoint.")), limit=URL_MAX
    )


class ManageForm(Choosing):
    """Change a subscription."""

    locale = ChoiceField(_l("Language of the messages"))


class ReportForm(Trapped):
    """Tell us what is wrong."""

    body = TextField(
        _l("What is wrong?"),
        required(_l("Write what is wrong, in your own words.")),
        limit=REPORT_MAX,
    )
    component = ChoiceField(_l("Which part is it about?"))
    contact = AddressField(_l("Your e-mail address"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.component.choices = [("", _("I do not know")), *component_choices()]


def component_choices() -> list[tuple[str, str]]:
    """Every component in the page's order, as (id, name with its group)."""
    return [
        (component.id, full_name(component))
        for node in queries.components_tree()
        for component in node.components
    ]
