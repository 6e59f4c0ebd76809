"""/report: a customer says what is wrong."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from statushub.core.ids import ID_LENGTH, new_id
from statushub.feedback.service import send_feedback
from statushub.incidents.page import get_page
from statushub.site.blueprint import site
from statushub.site.forms import ReportForm
from statushub.site.often import too_often
from statushub.web.guards import public


@site.route("/report", methods=["GET", "POST"])
@public
def report() -> ResponseReturnValue:
    """The form; when it was taken in, on to the thanks. Refusals keep every word."""
    get_page()
    form = ReportForm(component=request.args.get("component", ""))
    if form.is_submitted() and form.by_robot:
        return redirect(url_for("site.reported", reference=new_id()))
    if form.validate_on_submit():
        refusal = too_often("report")
        if refusal:
            form.form_errors.append(refusal)
            return render_template("site/report.html", form=form), 429
    item = form.deed(
        lambda: send_feedback(
            body=form.body.data,
            component_id=form.component.data or None,
            contact=form.contact.data,
            locale=str(get_locale()),
        )
    )
    if item is not None:
        return redirect(url_for("site.reported", reference=item.id))
    return form.page("site/report.html")


@site.get("/report/thanks/<reference>")
@public
def reported(reference: str) -> ResponseReturnValue:
    """Thanks, with the reference to quote. It tells nothing about the report, so it is asked
    nothing: a made-up reference gets the same page."""
    get_page()
    if len(reference) != ID_LENGTH or not reference.isalnum() or not reference.isascii():
        abort(404)
    return render_template("site/reported.html", reference=reference)
