"""Roles: their texts, their scopes, and what a token's claim may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.roles import ROLES, Principal, Role, known_roles


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("executive", "executive@*"),
        ("executive@*", "executive@*"),
        ("cab@env", "cab@env"),
        ("product_owner@permits.v2", "product_owner@permits.v2"),
        ("importer", "importer"),
        ("importer@*", "importer"),
        ("lab_ops", "lab_ops"),
    ],
)
def test_a_role_has_one_canonical_text(text: str, canonical: str) -> None:
    assert str(Role.parse(text)) == canonical


@pytest.mark.parametrize(
    "text", ["", "minister", "executive@", "executive@a/b", "executive@A", "cab@a@b", "importer@env", "auditor@", "team@" + "x" * 65, "lab-import"]
)
def test_what_is_no_role_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"role|scope"):
        Role.parse(text)


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(ValueError, match="did you mean executive"):
        Role.parse("executiv")


def test_a_role_says_what_its_scope_is_an_id_of() -> None:
    assert {name: Role(name).scope_kind for name in ROLES} == dict(ROLES)


@given(name=st.sampled_from(sorted(ROLES)), scope=st.one_of(st.none(), st.just("*"), st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True)))
def test_the_canonical_text_reads_back_as_the_same_role(name: str, scope: str | None) -> None:
    role = Role(name, scope if ROLES[name] else None)
    assert Role.parse(str(role)) == role
    assert role.everywhere == (role.scope in (None, "*"))


def test_roles_of_others_in_a_token_are_left_out() -> None:
    assert known_roles(["offline_access", "cab@env", 7, None, {"a": 1}, "importer@x"]) == {Role("cab", "env")}


def test_a_principal_knows_its_roles_by_name() -> None:
    someone = Principal("ed", frozenset({Role("cab", "env")}))
    assert someone.has("cab")
    assert not someone.has("executive")


def test_whoever_has_several_roles_has_each() -> None:
    who = Principal("ana", frozenset(map(Role.parse, ("executive@env", "team@parks"))))
    assert [who.has(name) for name in ("executive", "team", "importer")] == [True, True, False] and not Principal("bo").has("team")
