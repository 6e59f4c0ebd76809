"""An e-mail address as it is stored: the same mailbox is the same text."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from statushub.core.errors import Invalid

EMAIL_MAX = 254  # RFC 5321 4.5.3.1.3, errata 1690


def normal_email(text: str, field: str = "email") -> str:
    """``text`` as an address with its domain in lower case and its local part as typed.

    Raises Invalid by ``field``. The DNS is not asked: a slow name server must not stop a customer.
    """
    text = text.strip()
    if not text:
        raise Invalid(fields={field: _("Enter your e-mail address.")})
    if len(text) > EMAIL_MAX:
        raise Invalid(fields={field: _("This e-mail address is too long.")})
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Invalid(
            fields={field: _("Enter a complete e-mail address, like name@example.com.")}
        ) from error
    return found.normalized
