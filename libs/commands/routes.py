"""HTTP routes made from the declarations of commands: one a command, and one for the lines of a bulk import."""

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from starlette.responses import Response

from libs.commands.command import COMMANDS, COMMON, Command, of_service
from libs.commands.errors import HeadwayError, Invalid, NotFound, TooLarge, UnknownOutcome, Unreachable, WrongClock
from libs.commands.execution.admission import Ask
from libs.commands.execution.answers import Answer
from libs.commands.execution.handler import Handling
from libs.commands.execution.trial import tried_as
from libs.commands.validation import did_you_mean, validated
from libs.events.event import KINDS, position, split
from libs.events.values import POSITION_PATTERN, POSITION_WORDS, VISIBLE, Truth, worded
from libs.rules.roles import Principal
from libs.runtime.late_route import late_router

T = TypeVar("T")

MOST_LINES = 1_000
MOST_POSITIONS = 1_000
Explain = Callable[[Exception], dict[str, Any]]
"""An error as problem details."""
Parse = Callable[[bytes], Any]
"""JSON, strictly; raises a HeadwayError that names what is wrong."""
Identify = Callable[[Request], Any]
"""Who asks, by the request's token (a coroutine function)."""

Key = Annotated[str, StringConstraints(min_length=1, max_length=200), VISIBLE]


def _of_a_kind(position: str) -> str:
    if split(position)[0] not in KINDS:
        raise ValueError(f"there are no positions of {split(position)[0]!r}")
    return position


Position = Annotated[str, worded(POSITION_PATTERN, POSITION_WORDS), AfterValidator(_of_a_kind)]
_POSITIONS: TypeAdapter[list[Position]] = TypeAdapter(list[Position])
_KEY: TypeAdapter[Key] = TypeAdapter(Key)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
Trying = Annotated[bool, Query(alias="try", description="Answer without doing.")]
AsRole = Annotated[str | None, Query(alias="as", description="With `try`: as whoever has this role would be answered, such as cab@env.")]
IdempotencyKey = Annotated[str | None, Header(description="The same key and body again: the stored reply.")]
IfMatch = Annotated[str | None, Header(description="The version that the command was decided on.")]
After = Annotated[str | None, Header(description="Positions that must have been heard first, comma-separated.")]
Traceparent = Annotated[str | None, Header(include_in_schema=False)]


class WarningAnswered(BaseModel):
    """Something that should be looked at about what a command was about."""

    rule: str = Field(description="The id of the rule, such as S0-08.")
    message: str = Field(description="What is wrong, in words.")
    about: str = Field(description="The global id of what it is about.")
    link: str = Field(description="The address of the page of that, at the gateway.")


class Answered(BaseModel):
    """What a command answers: the thing's id and version, the events said (positions), the last of which others may wait for, and what to look at."""

    id: str = Field(description="The id of the thing.")
    version: int = Field(description="Its version from now on, for `If-Match`.")
    events: list[str] = Field(description="The ids of what was said; empty where nothing changed.")
    position: str = Field(description="`kind:id@sequence`, for `X-Headway-After` and `after`.")
    warnings: list[WarningAnswered] = Field(
        description="What should be looked at about the thing as it is after this; without amounts for whoever may not read them."
    )


class Line(BaseModel):
    """One line of a bulk import."""

    model_config = ConfigDict(extra="forbid")

    command: str
    key: Key
    at: Any = None
    known: Any = None
    by: Any = None
    override: Any = None
    after: Annotated[list[Position], Field(max_length=MOST_POSITIONS)] = []
    revise: Truth = False
    data: dict[str, Any]


def command_routes(handling: Handling, identify: Identify, explain: Explain, parse: Parse) -> APIRouter:
    """`POST /commands/{verb}` for every command of the service, and `POST /commands` for many at once."""
    router = late_router(prefix="/v1")
    for command in of_service(handling.service):
        spec = command.SPEC
        router.post(
            spec.route,
            name=spec.name,
            summary=spec.verb.replace("_", " ").capitalize(),
            description=_description(command),
            response_model=Answered,
            status_code=201 if spec.creates else 200,
            responses={201: {"model": Answered, "description": "What it makes was not there before."}} if spec.defines and not spec.creates else None,
            tags=[spec.kind.plural if spec.kind else "everything"],
            operation_id=spec.name.replace(".", "_"),
        )(_endpoint(command, handling, identify, parse))
    _add_bulk(router, handling, identify, explain, parse)
    _add_unknown(router, handling.service, identify)
    return router


DIRECT = "__headway_direct__"
"""The attribute of an endpoint that answers a request itself: what FastAPI does with a signature costs more than deciding and storing a command."""


def _endpoint(command: type[Command], handling: Handling, identify: Identify, parse: Parse) -> Callable[..., Any]:
    async def answer(
        body: Command, who: Principal, trying: bool, role: str | None, key: str | None, if_match: str | None, after: str | None, traceparent: str | None
    ) -> Response:
        checked = _checked(_KEY, key, "Idempotency-Key")
        ask = Ask(body, who, checked, if_match=_version(if_match), after=positions(after), traceparent=traceparent, trying=trying)
        found = await handling.answer(ask) if role is None else await tried_as(role, ask, handling)
        return _reply(found, 201 if not trying and _made(command, found) else 200)

    async def endpoint(
        body: Command,
        who: Principal = Depends(identify),
        trying: Trying = False,
        role: AsRole = None,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
        x_headway_after: After = None,
        traceparent: Traceparent = None,
    ) -> Response:
        return await answer(body, who, trying, role, idempotency_key, if_match, x_headway_after, traceparent)

    async def direct(request: Request) -> Response:
        h = request.headers
        body = validated(command, parse(await request.body()))
        trace = h.get("traceparent")
        return await answer(
            body,
            await identify(request),
            _flag(request.query_params.get("try")),
            request.query_params.get("as"),
            h.get("idempotency-key"),
            h.get("if-match"),
            h.get("x-headway-after"),
            trace if trace and _TRACEPARENT.fullmatch(trace) else None,
        )

    # One body for all, and each route with its own class of command: what FastAPI reads is the signature.
    signature = inspect.signature(endpoint)
    parameters = [p.replace(annotation=command) if p.name == "body" else p for p in signature.parameters.values()]
    endpoint.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    setattr(endpoint, DIRECT, direct)
    return endpoint


def _made(command: type[Command], found: Answer) -> bool:
    """Whether a command made something: one that may also be said of what is there did where its first event is the very first."""
    spec = command.SPEC
    return bool(found.events) and bool(spec.creates or (spec.defines and position(found.events[0])[1] == 1))


def _flag(text: str | None) -> bool:
    if text in (None, "0", "false", "no"):
        return False
    if text in ("1", "true", "yes", ""):
        return True
    raise Invalid("is 1 or 0", field="try")


def _reply(answer: Answer, status: int) -> Response:
    headers = {"ETag": f'"{answer.version}"'}
    if not answer.created:
        headers["X-Headway-Unchanged"] = "true"
    return Response(orjson.dumps(answer.told()), status, headers, "application/json")


def _add_bulk(router: APIRouter, handling: Handling, identify: Identify, explain: Explain, parse: Parse) -> None:
    async def bulk(
        request: Request,
        who: Principal = Depends(identify),
        trying: Trying = False,
        traceparent: Traceparent = None,
    ) -> Response:
        raw = [line for line in (await request.body()).split(b"\n") if line.strip()]
        if len(raw) > MOST_LINES:
            raise TooLarge(f"{len(raw)} lines; a request takes {MOST_LINES} at most", remedy="Send them in several requests.")
        read = [_read(line, parse, who, handling.service, traceparent, trying) for line in raw]
        results = await handling.answer_all([one for _, one in read if isinstance(one, Ask)])
        if unknown := next((r for r in results if isinstance(r, UnknownOutcome | Unreachable) and not isinstance(r, WrongClock)), None):
            raise unknown  # a line is refused or it is not; the keys make it safe to send all of them again
        answers = iter(results)
        lines = [_result(key, next(answers) if isinstance(one, Ask) else one, explain) for key, one in read]
        return Response(b"".join(lines), 200, media_type="application/x-ndjson")

    router.post(
        "/commands",
        name=f"{handling.service}.commands",
        summary="Many commands at once",
        description=(
            f"At most {MOST_LINES} lines of NDJSON, each `command`, `key`, `data` and optionally `at`, `known`, `by`, `after`, `revise`, `override`; "
            "answered in order, each line `key`, `status` (created, unchanged, refused), `id`, `position`, `problem`, and "
            "`replaced` where a row (`revise`) was said otherwise before. A bad line is refused alone."
        ),
        tags=["everything"],
        openapi_extra={"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
        response_class=Response,
        responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    )(bulk)


def _add_unknown(router: APIRouter, service: str, identify: Identify) -> None:
    async def unknown(verb: str, who: Principal = Depends(identify)) -> Response:
        elsewhere = next((f"; did you mean {name}?" for name, of in COMMANDS.items() if of.SPEC.verb == verb), "")
        near = elsewhere or did_you_mean(verb, [of.SPEC.verb for of in of_service(service)])
        raise NotFound(f"{service} has no command {verb[:100]!r}{near}", field="command")

    router.post("/commands/{verb}", include_in_schema=False)(unknown)


def _read(raw: bytes, parse: Parse, who: Principal, service: str, traceparent: str | None, trying: bool) -> tuple[str | None, Ask | Exception]:
    """A line as what is asked, or why it cannot be read, with its key as far as it has one."""
    key: str | None = None
    try:
        document = parse(raw)
        if isinstance(document, dict) and isinstance(document.get("key"), str):
            key = document["key"]
        line = validated(Line, document)
        return line.key, Ask(command_of(line, service), who, line.key, line.revise, None, tuple(line.after), traceparent, trying)
    except (ValidationError, HeadwayError) as e:
        return key, e


def command_of(line: Line, service: str) -> Command:
    """The command of a line. Raises ValidationError, and Invalid where the service has no such command."""
    cls = COMMANDS.get(line.command)
    if cls is None or cls.SPEC.service != service:
        raise no_command(line.command, service)
    given = {name: value for name in COMMON if (value := getattr(line, name)) is not None}
    if twice := given.keys() & line.data.keys():
        raise Invalid(f"{', '.join(sorted(twice))} stands in the line and in its data", field=min(twice))
    return validated(cls, {**line.data, **given})


def no_command(name: str, service: str) -> Invalid:
    """Says that a service has no such command, and which was probably meant."""
    cls = COMMANDS.get(name)
    where = f"it belongs to {cls.SPEC.service}" if cls else f"there is none of this name{did_you_mean(name, [of.SPEC.name for of in of_service(service)])}"
    return Invalid(f"{name[:100]!r} is no command of {service}: {where}", field="command", remedy=f"Their names are in /{service}/openapi.json.")


def _result(key: str | None, result: Answer | Exception, explain: Explain) -> bytes:
    line: dict[str, Any] = {"key": key, "status": "refused", "id": None, "position": None, "problem": None}
    if isinstance(result, Answer):
        line |= {"status": "created" if result.created else "unchanged", "id": result.id, "position": result.position}
        if result.replaced:
            line["replaced"] = True
    else:
        line["problem"] = explain(result)
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def positions(header: str | None) -> tuple[str, ...]:
    """The positions of an `X-Headway-After`. Raises Invalid."""
    if not header:
        return ()
    found = [p.strip() for p in header.split(",") if p.strip()]
    if len(found) > MOST_POSITIONS:
        raise Invalid(f"{len(found)} positions; {MOST_POSITIONS} at most", field="X-Headway-After")
    checked = _checked(_POSITIONS, found, "X-Headway-After")
    return tuple(checked or ())


def _checked(adapter: TypeAdapter[T], value: Any, header: str) -> T | None:
    if value is None:
        return None
    try:
        return adapter.validate_python(value)
    except ValidationError as e:
        raise Invalid(e.errors()[0]["msg"], field=header) from e


def _version(header: str | None) -> int | None:
    if header is None or header.strip() == "*":
        return None
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise Invalid("a version is a number, as in the ETag of an answer", field="If-Match")
    return int(text[:18])


def _description(command: type[Command]) -> str:
    spec = command.SPEC
    says = ", ".join(p.__name__ for p in spec.says)
    cites = f" ({', '.join(spec.requirements)})" if spec.requirements else ""
    return f"{(command.__doc__ or '').strip()}{cites}\n\nSays: {says}."
