"""Fills names and facts into texts, and decides conditions: Jinja2 in a sandbox, strict about what it does not know.

Message texts are HTML: facts are escaped and made harmless, the author writes only <b> and <i>. Labels are plain. Does
not know where facts come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Undefined, meta, nodes
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flows.engine.harmless import closed, harmless
from flows.engine.values import dataclass

_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+\n")
_SPACES = re.compile(r"(?<=\S)[ \t]{2,}")


def excerpt(text: str | None, length: int = 200) -> str:
    """The first `length` characters, cut at a word."""
    flat = " ".join(str(_nothing(text)).split())
    if len(flat) <= length:
        return flat
    return closed(flat[: length - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…")


def enumerate_dutch(items: list[Any], attribute: str | None = None) -> str:
    """`Noor, Sam en Bo`."""
    names = [str(item[attribute]) if attribute else str(item) for item in items or ()]
    return " en ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def capital(text: str | None) -> str:
    """The first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:] if text else ""


def possessive(name: str | None) -> str:
    """`Noors`, `Bo's`, `Lars'`: a name's own things, spelled the Dutch way."""
    if not name:
        return ""
    last = name[-1].lower()
    if last in "sxz" or name.lower().endswith("ch"):
        return f"{name}'"
    if last in "aiouy" and not name.lower().endswith(("oe", "ie", "ee", "ui", "ij", "ou", "au")):
        return f"{name}'s"
    return f"{name}s"


def _nothing(value: Any) -> Any:
    return "" if value is None else value


def _harmless(value: Any) -> Any:
    """What is HTML already was made harmless when it was filled in."""
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _environment(escape: bool) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        autoescape=escape,
        undefined=StrictUndefined,
        keep_trailing_newline=False,
        trim_blocks=True,
        cache_size=0,
        finalize=_harmless if escape else _nothing,
    )
    env.filters.update(excerpt=excerpt, enumerate=enumerate_dutch, capital=capital, possessive=possessive)
    env.globals.clear()
    return env


HTML = _environment(escape=True)
PLAIN = _environment(escape=False)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A template or condition with the names it uses, so that only those facts are looked up."""

    names: frozenset[str]
    run: Callable[..., Any]
    constant: str | None = None


@cache
def _text(source: str, html: bool) -> _Compiled:
    if "{" not in source:
        whole = _tidy(source)
        return _Compiled(frozenset(), lambda _: whole, constant=whole)
    env = HTML if html else PLAIN
    return _Compiled(names_in(source), env.from_string(source).render)


@cache
def _condition(source: str) -> _Compiled:
    return _Compiled(names_in("{{ " + source + " }}"), PLAIN.compile_expression(source, undefined_to_none=False))


@cache
def names_in(source: str) -> frozenset[str]:
    """The names that a template takes from its scope. Raises jinja2.TemplateSyntaxError."""
    return frozenset(meta.find_undeclared_variables(PLAIN.parse(source)))


@cache
def said_in(source: str) -> frozenset[str]:
    """The names that a template asks the person's own words of: `what` in `said.what`."""
    found = PLAIN.parse(source).find_all(nodes.Getattr)
    return frozenset(one.attr for one in found if isinstance(one.node, nodes.Name) and one.node.name == "said")


def compile_text(source: str) -> None:
    """Raises jinja2.TemplateSyntaxError when the text is not well-formed."""
    _text(source, html=True)


def compile_condition(source: str) -> None:
    """Raises jinja2.TemplateSyntaxError when the condition is not well-formed."""
    _condition(source)


def render(source: str, scope: Mapping[str, object], *, html: bool = True) -> str:
    """The text with its facts filled in. Raises jinja2.TemplateError for what the scope does not hold."""
    compiled = _text(source, html)
    if compiled.constant is not None:
        return compiled.constant
    return _tidy(compiled.run({name: scope[name] for name in compiled.names if name in scope}))


def _tidy(text: str) -> str:
    """Without the blanks that a template leaves behind."""
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return (_SPACES.sub(" ", text) if "  " in text or "\t" in text else text).strip()


def holds(source: str, scope: Mapping[str, object]) -> bool:
    """Whether the condition is true; comparing with what is not answered is not.

    Raises jinja2.TemplateError for what the scope does not hold.
    """
    compiled = _condition(source)
    try:
        value = compiled.run(**{name: scope[name] for name in compiled.names if name in scope})
    except TypeError:
        return False
    if isinstance(value, Undefined):
        raise TemplateError(f"unknown in condition: {source}")
    return bool(value)
