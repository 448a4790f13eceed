"""`/act/{command}`: shows the form of a command, prefilled from its link, and sends it to the owner in the reader's name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from libs.commands.command import Command
from libs.commands.errors import NotAllowed, Unreachable
from libs.events.event import KINDS
from libs.events.facts import Facts
from libs.rules.authority import OVERRIDES, belonging, speaking, who_may
from libs.rules.history.stories import called
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router
from libs.service.app import public
from libs.service.identity.session import demand_own_form
from libs.service.problems import FORESEEN, NotReady
from services.gateway.pages.actions.form_parsing import Wrong, ambiguous_in, data_of, placed, wrong_in, wrong_of
from services.gateway.pages.actions.forms import FormField, Widget, command_named, fields_of, purpose_of, title_of
from services.gateway.pages.actions.offers import HEARD, NEXT, SAME, currency_about, may_anywhere, presumed, subject_of, with_heard
from services.gateway.pages.actions.override_fields import LIFTING, override_fields, override_in, override_of
from services.gateway.pages.actions.subject_summary import SubjectView, summary_of
from services.gateway.pages.kit.as_of import Moment
from services.gateway.pages.kit.errors import error_page, wants_page
from services.gateway.pages.kit.page import Option, Visit
from services.gateway.pages.kit.reader import authorization_of, own_address, reader_of
from services.gateway.pages.kit.rendering import html, in_graphiql, rendered
from services.gateway.pages.routes import Pages
from services.gateway.pages.sign_in.routes import form_of
from services.gateway.proxy.command_client import OutgoingCommand, Problem

MOST_CHOICES: Final = 300
"""Of a kind that has more, the id is written."""
CHECK: Final = "check"
_KEY: Final = re.compile(r"[0-9a-f-]{36}\Z")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A submitted form: its values, what is wrong with them, and whether it would be accepted (a check); `key` is sent with it."""

    values: Mapping[str, str]
    key: str
    back: str
    wrong: Sequence[Wrong] = ()
    checked: str = ""
    status: int = 200
    version: int | None = None


def acting_routes(asking: Pages) -> APIRouter:
    """`GET` and `POST /act/{command}`."""
    router = late_router(include_in_schema=False)
    acting = _Acting(asking)

    def at(method: str, answer: Callable[[Request, str], Awaitable[Response]]) -> None:
        async def endpoint(request: Request, command: str) -> Response:
            try:
                return await answer(request, command)
            except FORESEEN:
                raise
            except Exception as error:
                if not wants_page(request):
                    raise
                return error_page(request, error, asking.pages)

        router.add_api_route("/act/{command}", public(endpoint), methods=["GET", "HEAD"] if method == "GET" else [method], response_class=Response)

    at("GET", acting.form)
    at("POST", acting.sent)
    return router


class _Acting:
    """Shows forms and sends what was filled in."""

    def __init__(self, asking: Pages) -> None:
        self.process, self.forwarding, self.asking, self.pages = asking.process, asking.gateway.forwarding, asking, asking.pages

    async def form(self, request: Request, name: str) -> Response:
        """The form, filled in by its address."""
        reader, command = await self._reader(request, name)
        given = request.query_params
        values = {part: given[part] for field in fields_of(command) for part in field.names if given.get(part)}
        values |= presumed(self._facts(reader), subject_of(command, values), values)
        return await self._shown(request, reader, command, FilledForm(values, str(uuid.uuid4()), own_address(given.get(NEXT))))

    async def sent(self, request: Request, name: str) -> Response:
        """Sends the command; leads on where it is stored, else shows what is wrong."""
        reader, command = await self._reader(request, name)
        form = await form_of(request)
        demand_own_form(request, form.get("proof", ""))
        fields = fields_of(command)
        values = {part: form[part] for field in fields for part in field.names if part in form} | override_in(form)
        key, back = form.get("key", ""), own_address(form.get(NEXT))
        if not _KEY.match(key):
            key = str(uuid.uuid4())
        data = data_of(fields, values) | override_of(values)
        wrong = ambiguous_in(fields, values) + wrong_in(command, data)
        if wrong:
            return await self._shown(request, reader, command, FilledForm(values, key, back, wrong, status=422))
        trying, version = CHECK in form, form.get("version", "")
        sent = OutgoingCommand(
            service=command.SPEC.service,
            verb=command.SPEC.verb,
            data=data,
            authorization=authorization_of(request),
            key=key,
            if_match=int(version) if version.isdecimal() and len(version) < 10 else None,
            trying=trying,
            traceparent=request.headers.get("traceparent"),
        )
        try:
            answer = await self.forwarding.send(sent)
        except Problem as e:
            # A refusal is kept under no key: what is sent next is another attempt, unless nobody knows what became of this one.
            again = key if e.status >= 500 else str(uuid.uuid4())
            return await self._shown(request, reader, command, FilledForm(values, again, back, wrong_of(e.body), status=e.status))
        except Unreachable as e:
            said = Wrong(f"{e.detail}. It may have been stored or not.", remedy="Send it again: it is stored once at most.")
            return await self._shown(request, reader, command, FilledForm(values, key, back, (said,), status=503))
        if trying:
            return await self._shown(request, reader, command, FilledForm(values, key, back, checked=_would(answer)))
        address = with_heard(back, HEARD if answer["events"] else SAME, ",".join(answer["events"]) or str(answer["position"]))
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    async def _reader(self, request: Request, name: str) -> tuple[Principal, type[Command]]:
        """Who acts, and by what. Raises SignInFirst, NotFound, NotAllowed for what no role of theirs may say, NotReady."""
        reader = await reader_of(request)
        command = command_named(name)
        if not may_anywhere(reader, command):
            may, have = who_may(command.SPEC.topic), ", ".join(sorted(map(str, reader.roles))) or "no role"
            raise NotAllowed(f"{title_of(command)} takes {may}; you have {have}", remedy=f"Ask whoever is {may}.")
        if not await self.process.is_ready():
            raise NotReady("What the store and the log held at the start is still being taken in.", remedy="Open the page again in a moment.")
        return reader, command

    def _facts(self, reader: Principal) -> Facts:
        return self.process.present(reader.roles)

    async def _shown(self, request: Request, reader: Principal, command: type[Command], attempt: FilledForm) -> Response:
        facts = self._facts(reader)
        fields, values = fields_of(command), dict(attempt.values)
        subject = subject_of(command, values)
        visit, about = await self._about(request, reader, subject, facts)
        fixed = _fixed(fields, values, facts)
        shown = tuple(_with_choices(field, values, facts) for field in fields if field.name not in fixed)
        currency = currency_about(facts, subject)
        for field in fields:
            if field.widget is Widget.MONEY and currency:
                values.setdefault(f"{field.name}.currency", currency)
        # A role that is lacking is no rule that somebody may lift.
        if attempt.status != HTTPStatus.FORBIDDEN and (rule := next((one.rule for one in attempt.wrong if one.rule), None)):
            values.setdefault(LIFTING, rule)
        lifts = self._may_lift(reader, subject, facts)
        lifting = override_fields(facts, command, values, tuple(attempt.wrong), lifts=lifts) if LIFTING in values else ()
        asked = (*shown, *lifting)
        beside = placed(attempt.wrong, asked)
        aggregate = f"{command.SPEC.kind.name}:{values.get(command.SPEC.id_field)}" if command.SPEC.kind and command.SPEC.creates is False else ""
        text = rendered(
            request,
            "acting.html",
            self.pages,
            reader,
            page=None,
            title=title_of(command),
            purpose=purpose_of(command),
            cites=command.SPEC.requirements,
            action=f"/act/{quote(command.SPEC.name)}",
            fields=[field for field in shown if not field.seldom],
            seldom=[field for field in shown if field.seldom],
            seldom_open=any(field.seldom and (values.get(field.name) or field.name in beside) for field in shown),
            fixed=fixed,
            values={name: value for name, value in values.items() if not _is_secret(name, fields)},
            wrong=attempt.wrong,
            beside=beside,
            ids=_ids(asked),
            labels={part.name: part.label for field in asked for part in (field, *field.parts)},
            attempt=attempt,
            version=self.process.world.last(aggregate) if aggregate else None,
            about=about,
            lifted=values.get(LIFTING),
            lifting=lifting,
            graphiql=in_graphiql(visit) if visit else None,
        )
        return html(request, text, attempt.status, {"Cache-Control": "no-store"})

    async def _about(self, request: Request, reader: Principal, subject: str | None, facts: Facts) -> tuple[Visit | None, SubjectView | None]:
        """What the command is about, as the document says it."""
        if subject is None:
            return None, None
        visit = Visit(summary_of(subject.partition(":")[0]), Moment(facts.day), reader, {"subject": subject, "command": ""}, world=self.process.world.digest)
        visit, view = await self.asking.presented(request, visit)
        return visit, view if isinstance(view, SubjectView) else None

    def _may_lift(self, reader: Principal, subject: str | None, facts: Facts) -> bool:
        kind, _, id = (subject or ":").partition(":")
        return speaking(reader.roles, OVERRIDES, belonging(facts, kind, id)) is not None


def _fixed(fields: Sequence[FormField], values: Mapping[str, str], facts: Facts) -> dict[str, tuple[str, str, str]]:
    """The fields that a link has filled in with a thing that is known: label, name and id of each, which the form says and does not ask."""
    found = {}
    for field in fields:
        id = values.get(field.name, "")
        if field.kind in KINDS and field.required and id and facts.get(KINDS[field.kind], id) is not None:
            found[field.name] = (field.label, called(facts, f"{field.kind}:{id}"), id)
    return found


def _with_choices(field: FormField, values: Mapping[str, str], facts: Facts) -> FormField:
    """A field for the id of a thing, with those that are known to choose from."""
    if field.kind not in KINDS or field.widget is not Widget.LINE:
        return field
    there = [Option(one.id, called(facts, f"{field.kind}:{one.id}")) for one in facts.every(KINDS[field.kind])]
    if not there or len(there) > MOST_CHOICES:
        return field
    there.sort(key=lambda one: (one.words.casefold(), one.value))
    given = values.get(field.name, "")
    if given and given not in {one.value for one in there}:
        there.append(Option(given, given))
    return FormField(field.name, field.label, field.hint, Widget.CHOICE, field.required, tuple(there), field.kind, seldom=field.seldom)


def _ids(fields: Sequence[FormField]) -> dict[str, str]:
    """Name of a field or of a part of it -> the id to which an error leads."""
    found = {}
    for field in fields:
        found[field.name] = field.parts[0].id if field.parts else field.id
        found |= {part.name: part.id for part in field.parts}
    return found


def _is_secret(name: str, fields: Sequence[FormField]) -> bool:
    return any(field.name == name and field.widget is Widget.UNSHOWN for field in fields)


def _would(answer: Mapping[str, Any]) -> str:
    many = len(answer.get("events") or ())
    return "It would be accepted. Nothing is stored yet." if many else "It would be accepted, and would change nothing."
