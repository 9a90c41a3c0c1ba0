"""The grammar of the shell: words with quotes and expansions, pipelines, lists, groups, ``for`` and ``if``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

_REDIRECTS = ("1>>", "2>>", ">>", "0<", "1>", "2>", ">", "<")
_OPERATORS = (*_REDIRECTS, "&&", "||", ";", "|", "&", "(", ")", "\n")
_WORD_ENDS = " \t\n;|&<>()"
_KEYWORDS = frozenset({"for", "in", "do", "done", "if", "then", "else", "elif", "fi", "{", "}", "!"})
_MAX_DEPTH = 32


class ShellSyntaxError(Exception):
    """The line is no shell command; the text is what mksh prints after its name."""


class Part(NamedTuple):
    """A piece of a word: ``kind`` is literal, variable or command."""

    kind: str
    text: str
    quoted: bool


class Operator(NamedTuple):
    """A token that is not a word."""

    text: str


Word = tuple[Part, ...]


class Redirect(NamedTuple):
    """``fd`` goes to (or comes from) a target: a word, or another descriptor as ``&1``."""

    fd: int
    mode: str
    target: Word | int


@dataclass
class Simple:
    """A command with its words and redirections."""

    words: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Group:
    """A list in braces, or in parentheses: then it runs in a shell of its own."""

    body: Sequence
    own_shell: bool = False
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class For:
    """A loop over words."""

    name: str
    words: list[Word]
    body: Sequence


@dataclass
class If:
    """Conditions with their bodies, and what runs when none holds."""

    branches: list[tuple[Sequence, Sequence]]
    otherwise: Sequence | None


Command = Simple | Group | For | If


@dataclass
class Pipeline:
    """Commands joined by pipes; ``beside`` those that end in ``&``: the shell does not wait for them."""

    commands: list[Command]
    negated: bool = False
    beside: bool = False


@dataclass
class Sequence:
    """Pipelines with the connector that stands before each (``;``, ``&&`` or ``||``)."""

    items: list[tuple[str, Pipeline]] = field(default_factory=list)


def tokenize(line: str) -> list[Operator | Word]:
    """Cut a line into words and operators; raises ShellSyntaxError for a quote without an end."""
    tokens: list[Operator | Word] = []
    at = 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
        elif line.startswith("\\\n", at):
            at += 2
        elif line[at] == "#":
            at = (line + "\n").find("\n", at)
        elif operator := next((op for op in _OPERATORS if line.startswith(op, at)), None):
            tokens.append(Operator(operator))
            at += len(operator)
        else:
            word, at = _read_word(line, at)
            tokens.append(word)
    return tokens


def _read_word(line: str, at: int) -> tuple[Word, int]:
    parts: list[Part] = []
    while at < len(line) and line[at] not in _WORD_ENDS:
        char = line[at]
        if char == "'":
            end = line.find("'", at + 1)
            if end < 0:
                raise ShellSyntaxError("no closing quote")
            parts.append(Part("literal", line[at + 1 : end], True))
            at = end + 1
        elif char == '"':
            at = _read_double_quoted(line, at + 1, parts)
        elif char == "\\":
            parts.append(Part("literal", line[at + 1 : at + 2], True))
            at += 2
        elif char == "$":
            part, at = _read_expansion(line, at, quoted=False)
            parts.append(part)
        elif char == "`":
            end = _find(line, "`", at + 1)
            parts.append(Part("command", line[at + 1 : end], False))
            at = end + 1
        else:
            parts.append(Part("literal", char, False))
            at += 1
    return tuple(parts), at


def _read_double_quoted(line: str, at: int, parts: list[Part]) -> int:
    parts.append(Part("literal", "", True))
    while at < len(line) and line[at] != '"':
        if line[at] == "\\" and line[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            parts.append(Part("literal", line[at + 1], True))
            at += 2
        elif line[at] == "$":
            part, at = _read_expansion(line, at, quoted=True)
            parts.append(part)
        else:
            parts.append(Part("literal", line[at], True))
            at += 1
    if at >= len(line):
        raise ShellSyntaxError("no closing quote")
    return at + 1


def _read_expansion(line: str, at: int, *, quoted: bool) -> tuple[Part, int]:
    rest = line[at + 1 : at + 2]
    if rest == "(":
        end = _matching_parenthesis(line, at + 1)
        return Part("command", line[at + 2 : end], quoted), end + 1
    if rest == "{":
        end = _find(line, "}", at + 2)
        return Part("variable", line[at + 2 : end], quoted), end + 1
    if rest and rest in "?#$!0123456789@*":
        return Part("variable", rest, quoted), at + 2
    end = at + 1
    while end < len(line) and (line[end].isalnum() or line[end] == "_"):
        end += 1
    if end == at + 1:
        return Part("literal", "$", True), end
    return Part("variable", line[at + 1 : end], quoted), end


def _matching_parenthesis(line: str, at: int) -> int:
    depth = 0
    for position in range(at, len(line)):
        depth += {"(": 1, ")": -1}.get(line[position], 0)
        if depth == 0:
            return position
    raise ShellSyntaxError("no closing )")


def _find(line: str, char: str, at: int) -> int:
    end = line.find(char, at)
    if end < 0:
        raise ShellSyntaxError(f"no closing {char}")
    return end


def parse(line: str) -> Sequence:
    """Parse a whole command line; raises ShellSyntaxError."""
    parser = _Parser(tokenize(line))
    sequence = parser.sequence(frozenset())
    parser.expect_end()
    return sequence


def plain_text(word: Word) -> str | None:
    """Return the text of a word that holds no quotes and no expansions."""
    return "".join(part.text for part in word) if all(p.kind == "literal" and not p.quoted for p in word) else None


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Operator | Word]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise ShellSyntaxError(f"syntax error: unexpected '{self._shown()}'")

    def sequence(self, ends: frozenset[str]) -> Sequence:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ShellSyntaxError("nesting too deep")
        items: list[tuple[str, Pipeline]] = []
        connector = ";"
        while True:
            self._skip_newlines()
            if self._at >= len(self._tokens) or self._shown() in ends or self._operator() == ")":
                break
            items.append((connector, self._pipeline()))
            operator = self._operator()
            if operator not in (";", "&", "\n", "&&", "||"):
                break
            items[-1][1].beside = operator == "&"
            connector = operator if operator in ("&&", "||") else ";"
            self._at += 1
        self._depth -= 1
        return Sequence(items)

    def _pipeline(self) -> Pipeline:
        negated = self._keyword("!")
        commands = [self._command()]
        while self._operator() == "|":
            self._at += 1
            self._skip_newlines()
            commands.append(self._command())
        return Pipeline(commands, negated=negated)

    def _command(self) -> Command:
        if self._operator() == "(":
            self._at += 1
            body = self.sequence(frozenset())
            self._need_operator(")")
            return Group(body, own_shell=True, redirects=self._redirects())
        if self._keyword("{"):
            body = self.sequence(frozenset({"}"}))
            self._need("}")
            return Group(body, redirects=self._redirects())
        if self._keyword("for"):
            return self._for()
        if self._keyword("if"):
            return self._if()
        return self._simple()

    def _for(self) -> For:
        name = self._shown()
        self._at += 1
        self._need("in")
        words: list[Word] = []
        while self._at < len(self._tokens) and not isinstance(token := self._tokens[self._at], Operator):
            words.append(token)
            self._at += 1
        while self._operator() in (";", "\n"):
            self._at += 1
        self._need("do")
        body = self.sequence(frozenset({"done"}))
        self._need("done")
        return For(name, words, body)

    def _if(self) -> If:
        branches: list[tuple[Sequence, Sequence]] = []
        while True:
            condition = self.sequence(frozenset({"then"}))
            self._need("then")
            branches.append((condition, self.sequence(frozenset({"elif", "else", "fi"}))))
            if not self._keyword("elif"):
                break
        otherwise = self.sequence(frozenset({"fi"})) if self._keyword("else") else None
        self._need("fi")
        return If(branches, otherwise)

    def _simple(self) -> Simple:
        command = Simple()
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if isinstance(token, Operator):
                if token.text not in _REDIRECTS:
                    break
                command.redirects.append(self._redirect())
            else:
                command.words.append(token)
                self._at += 1
        if not command.words and not command.redirects:
            raise ShellSyntaxError(f"syntax error: unexpected '{self._shown()}'")
        return command

    def _redirects(self) -> list[Redirect]:
        found: list[Redirect] = []
        while self._operator() in _REDIRECTS:
            found.append(self._redirect())
        return found

    def _redirect(self) -> Redirect:
        operator = self._operator() or ">"
        self._at += 1
        mode = operator.lstrip("012")
        descriptor = int(operator[0]) if operator[0].isdigit() else (0 if mode == "<" else 1)
        if self._operator() == "&":
            self._at += 1
            target = self._shown()
            self._at += 1
            return Redirect(descriptor, mode, int(target) if target.isdigit() else 1)
        if self._at >= len(self._tokens) or isinstance(token := self._tokens[self._at], Operator):
            raise ShellSyntaxError(f"syntax error: unexpected '{self._shown()}'")
        self._at += 1
        return Redirect(descriptor, mode, token)

    def _operator(self) -> str | None:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token.text if isinstance(token, Operator) else None

    def _shown(self) -> str:
        if self._at >= len(self._tokens):
            return "newline"
        token = self._tokens[self._at]
        return token.text if isinstance(token, Operator) else (plain_text(token) or "word")

    def _keyword(self, text: str) -> bool:
        if self._operator() is None and self._shown() == text and text in _KEYWORDS:
            self._at += 1
            return True
        return False

    def _need(self, keyword: str) -> None:
        self._skip_newlines()
        if not self._keyword(keyword):
            raise ShellSyntaxError(f"syntax error: unexpected '{self._shown()}'")

    def _need_operator(self, text: str) -> None:
        if self._operator() != text:
            raise ShellSyntaxError(f"syntax error: unexpected '{self._shown()}'")
        self._at += 1

    def _skip_newlines(self) -> None:
        while self._operator() == "\n":
            self._at += 1
