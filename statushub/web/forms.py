"""Forms: what is typed comes in clean, bounded, and stays on the page when it cannot be taken.

A room says what is wrong by raising Invalid; :meth:`Form.deed` puts its sentences beside the
fields, so that no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import EmailField, Field, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError

from statushub.core.errors import Invalid, StatusHubError
from statushub.core.text import TITLE_MAX, clean_line, clean_text

Answer = tuple[str, int]
Done = TypeVar("Done")
TEXT_MAX = 2_000


class AtMost:
    """Refuses text longer than ``limit`` characters, and says how long it is."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Raises ValidationError."""
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(
                _(
                    "Use at most %(limit)s characters; this has %(length)s.",
                    limit=f"{self.limit:,}",
                    length=f"{length:,}",
                )
            )


class Required:
    """Something must be left after cleaning; ``message`` says what to enter."""

    field_flags: ClassVar = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message or _l("Fill this in.")

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Raises StopValidation."""
        if not field.data:
            field.errors[:] = []
            raise StopValidation(self.message)


def required(message: Any = None) -> Required:
    """Something must be there."""
    return Required(message)


def _line(value: str | None) -> str:
    return clean_line(value or "")


def _text(value: str | None) -> str:
    return clean_text(value or "").strip()


class LineField(StringField):  # type: ignore[misc] # wtforms carries no types
    """One line of text, cleaned."""

    def __init__(self, label: Any, *rules: Any, limit: int = TITLE_MAX, **more: Any) -> None:
        super().__init__(label, [*rules, AtMost(limit)], filters=[_line], **more)


class TextField(TextAreaField):  # type: ignore[misc] # wtforms carries no types
    """Several lines of text, cleaned."""

    def __init__(self, label: Any, *rules: Any, limit: int = TEXT_MAX, **more: Any) -> None:
        super().__init__(label, [*rules, AtMost(limit)], filters=[_text], **more)


class AddressField(EmailField):  # type: ignore[misc] # wtforms carries no types
    """An e-mail address; the room says whether it is one."""

    def __init__(self, label: Any, *rules: Any, **more: Any) -> None:
        super().__init__(label, [*rules, AtMost(320)], filters=[_line], **more)


class SecretField(PasswordField):  # type: ignore[misc] # wtforms carries no types
    """A password: taken as it is typed, never shown again."""

    def __init__(self, label: Any, *rules: Any, **more: Any) -> None:
        super().__init__(label, [*rules, AtMost(1_000)], **more)


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """(value, label) pairs as a field's choices."""
    return [SelectChoice(value, label) for value, label in pairs]


class ChoiceField(SelectField):  # type: ignore[misc] # wtforms carries no types
    """One of a list; anything else is refused in words."""

    def pre_validate(self, form: BaseForm) -> None:
        """Raises ValidationError for what is not on the list."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(_("Choose one from the list.")) from error


class Form(FlaskForm):  # type: ignore[misc] # flask-wtf carries no types
    """The base of every form; carries the CSRF token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc] # flask-wtf carries no types
        """Text fields alone: flask-wtf would also hand over files, and JSON of any shape."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """What was typed, when a form was sent."""
            sent = super().wrap_formdata(form, None if request.is_json else formdata)
            return request.form if isinstance(sent, CombinedMultiDict) else sent

    def deed(self, act: Callable[[], Done], names: Mapping[str, str] | None = None) -> Done | None:
        """Do it, when the form was sent and is in order; None when there is something to mend.

        ``names`` maps a room's field names to the form's, where they differ.
        """
        if not self.validate_on_submit():
            return None
        try:
            return act()
        except Invalid as error:
            self.take(error, names)
        return None

    def take(self, error: StatusHubError, names: Mapping[str, str] | None = None) -> None:
        """Put an error's sentences beside their fields; the others stand over the form."""
        fields = dict(error.fields) if isinstance(error, Invalid) else {}
        for name, message in fields.items():
            field = self._fields.get((names or {}).get(name, name))
            if field is None:
                self.form_errors.append(message)
            else:
                field.errors = [*field.errors, message]
        if not fields:
            self.form_errors.append(str(error))

    def page(self, template: str, **context: Any) -> Answer:
        """The page with the form: 200 when it is fresh, 422 when something is to be mended."""
        return render_template(template, form=self, **context), 422 if self.errors else 200
