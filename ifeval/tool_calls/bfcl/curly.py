"""A parser for the expressions in Java and JavaScript calls: `Name.f(a="x", b=new Foo<>(1), c=[1, 2])`.

It accepts what the two grammars of tree-sitter (BFCL's parsers) accept in such a call, not the whole languages: blocks
and class bodies are skipped as balanced brackets.
"""

import re

from ifeval.tool_calls.bfcl.python import Undecodable
from ifeval.tool_calls.bfcl.tokens import Node, tokens_of

MAX_LENGTH = 20_000
MAX_DEPTH = 60

_REGULAR_EXPRESSION = re.compile(r"/(?:[^/\\\n]|\\.)+/[a-z]*")
_BINARY = frozenset(
    [
        "+",
        "-",
        "*",
        "/",
        "%",
        "&",
        "|",
        "^",
        "&&",
        "||",
        "??",
        "==",
        "!=",
        "===",
        "!==",
        "<",
        ">",
        "<=",
        ">=",
        "<<",
        "**",
        "instanceof",
        "in",
    ]
)
_ASSIGNMENT = frozenset(
    ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**=", "<<=", ">>=", ">>>=", "&&=", "||=", "??="]
)
_PREFIX = frozenset(["+", "-", "!", "~", "++", "--", "typeof", "void", "delete", "await"])
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CAST_OPERAND = frozenset(("string", "quoted", "number", "name"))


def parse(source: str, java: bool) -> list[Node]:
    """The expression statements of `source`. Raises Undecodable where it is anything else."""
    if len(source) > MAX_LENGTH:
        raise Undecodable(f"longer than {MAX_LENGTH:,} characters")
    return _Parser(tokens_of(source, java), source, java).statements()


class _Parser:
    def __init__(self, tokens: list[Node], source: str, java: bool) -> None:
        self.tokens, self.source, self.java = tokens, source, java
        self.at = self.depth = 0

    # Tokens ---------------------------------------------------------------------------------------------------------

    def text(self, ahead: int = 0) -> str:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return self.source[token.start : token.end]

    def kind(self, ahead: int = 0) -> str:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)].kind

    def take(self, expected: str | None = None) -> Node:
        if self.kind() == "end" or (expected is not None and self.text() != expected):
            raise Undecodable(f"{self.text()!r} where {expected or 'an expression'!r} should be")
        self.at += 1
        return self.tokens[self.at - 1]

    def node(self, kind: str, parts: list[Node]) -> Node:
        return Node(kind, parts[0].start, parts[-1].end, parts)

    # Statements and expressions -------------------------------------------------------------------------------------

    def statements(self) -> list[Node]:
        found = []
        while self.kind() != "end":
            if self.text() == ";":
                self.take()
                continue
            first = self.expression()
            while self.text() == "," and not self.java:
                first = self.node("sequence", [first, self.take(), self.expression()])
            found.append(first)
            if (
                self.kind() != "end"
                and self.text() != ";"
                and "\n" not in self.source[first.end : self.tokens[self.at].start]
            ):
                raise Undecodable(f"unexpected {self.text()!r}")
        return found

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Undecodable("nested too deeply")
        left = self._ternary()
        if self.text() in _ASSIGNMENT:
            left = self.node("assignment", [left, self.take(), self.expression()])
        self.depth -= 1
        return left

    def _ternary(self) -> Node:
        test = self._lambda() or self._binary()
        if self.text() != "?":
            return test
        return self.node("ternary", [test, self.take(), self.expression(), self.take(":"), self.expression()])

    def _lambda(self) -> Node | None:
        """`x -> ...`, `(x, y) => ...`; None where none begins here."""
        arrow = "->" if self.java else "=>"
        if self.kind() == "name" and self.text(1) == arrow:
            parts = [self.take()]
        elif self.text() == "(" and self.text(self._closing() + 1) == arrow:
            parts = self._balanced()
        else:
            return None
        parts.append(self.take(arrow))
        parts += self._balanced() if self.text() == "{" else [self.expression()]
        return self.node("lambda", parts)

    def _binary(self) -> Node:
        parts = [self._unary()]
        while self.text() in _BINARY:
            parts += [self.take(), self._unary()]
        return parts[0] if len(parts) == 1 else self.node("binary", parts)

    def _unary(self) -> Node:
        parts = []
        while self.text() in _PREFIX and not (self.java and self.kind() == "name"):
            parts.append(self.take())
        if self.java and self._is_cast():
            parts += [*self._balanced(), self._binary()]
        else:
            parts.append(self._postfix())
        return parts[0] if len(parts) == 1 else self.node("unary", parts)

    def _is_cast(self) -> bool:
        if self.text() != "(" or self.kind(1) != "name":
            return False
        after = self._closing() + 1
        return self.kind(after) in _CAST_OPERAND or self.text(after) == "("

    def _postfix(self) -> Node:
        node = self._primary()
        while True:
            token = self.text()
            if token in (".", "?."):
                dot = self.take()
                if self.kind() != "name":
                    raise Undecodable(f"{self.text()!r} after a dot")
                node = self.node("member", [node, dot, self.take()])
            elif token == "::" and self.java:
                node = self.node("reference", [node, self.take(), self.take()])
            elif token == "(":
                node = self.node("call", [node, self._arguments()])
            elif token == "[":
                node = self.node("index", [node, self.take(), self.expression(), self.take("]")])
            elif token in ("++", "--"):
                node = self.node("postfix", [node, self.take()])
            else:
                return node

    def _primary(self) -> Node:
        kind, text = self.kind(), self.text()
        if text == "new":
            return self._new()
        if text == "function" and not self.java:
            return self._function()
        if kind in ("string", "quoted", "number", "name") or (kind == "template" and not self.java):
            return self.take()
        if text == "(":
            return self.node("group", [self.take(), self.expression(), self.take(")")])
        if text == "[" and not self.java:
            return self._list("array", self._element)
        if text == "{" and not self.java:
            return self._list("object", self._pair)
        if text == "/" and not self.java:
            return self._regular_expression()
        raise Undecodable(f"unexpected {text!r}")

    def _arguments(self) -> Node:
        return self._list("arguments", self.expression if self.java else self._element)

    def _list(self, kind: str, element) -> Node:  # type: ignore[no-untyped-def]
        """Elements between brackets, separated by commas; only JavaScript and array initialisers end on a comma."""
        parts = [self.take()]
        closing = _OPEN[self.source[parts[0].start]]
        while self.text() != closing:
            parts.append(element())
            if self.text() == ",":
                parts.append(self.take())
                if self.text() == closing and self.java and kind == "arguments":
                    raise Undecodable("a comma before the closing bracket")
            elif self.text() != closing:
                raise Undecodable(f"{self.text()!r} where ',' or {closing!r} should be")
        parts.append(self.take(closing))
        return self.node(kind, parts)

    # JavaScript -----------------------------------------------------------------------------------------------------

    def _element(self) -> Node:
        if self.text() == "...":
            return self.node("spread", [self.take(), self.expression()])
        return self.expression()

    def _pair(self) -> Node:
        if self.text() == "...":
            return self._element()
        if self.text() == "[":
            key = self._list("array", self._element)
        elif self.kind() in ("string", "quoted", "number", "name"):
            key = self.take()
        else:
            raise Undecodable(f"{self.text()!r} cannot be a key")
        if self.text() == ":":
            return self.node("pair", [key, self.take(), self.expression()])
        if self.text() == "(":
            return self.node("pair", [key, *self._balanced(), *self._balanced("{")])
        if key.kind != "name":
            raise Undecodable("a key without a value")
        return key

    def _regular_expression(self) -> Node:
        match = _REGULAR_EXPRESSION.match(self.source, self.tokens[self.at].start)
        if match is None:
            raise Undecodable("a regular expression that is never closed")
        while self.tokens[self.at].start < match.end():
            self.at += 1
        if self.tokens[self.at - 1].end > match.end():
            raise Undecodable("letters that are no flags behind a regular expression")
        return Node("regular_expression", match.start(), match.end(), [])

    def _function(self) -> Node:
        parts = [self.take()]
        if self.kind() == "name":
            parts.append(self.take())
        return self.node("function", [*parts, *self._balanced("("), *self._balanced("{")])

    # Java and JavaScript constructors -------------------------------------------------------------------------------

    def _new(self) -> Node:
        start = self.take("new")
        type_ = self._type()
        if self.java and self.text() == "[":
            while self.text() == "[":
                dimension = self._balanced()
                if len(dimension) != 2:
                    raise Undecodable("an array without values")
            if self.text() != "{":
                raise Undecodable("an array without values")
            return self.node("new_array", [start, type_, self._list("initialiser", self._initialiser)])
        if self.text() != "(":
            if self.java:
                raise Undecodable("'new' without arguments")
            return self.node("new", [start, type_])
        parts = [start, type_, self._arguments()]
        if self.java and self.text() == "{":
            parts.append(self.node("body", self._balanced()))
        return self.node("new", parts)

    def _initialiser(self) -> Node:
        return self._list("initialiser", self._initialiser) if self.text() == "{" else self.expression()

    def _type(self) -> Node:
        if self.kind() != "name":
            raise Undecodable(f"{self.text()!r} is no type")
        parts = [self.take()]
        while self.text() == "." and self.kind(1) == "name":
            parts += [self.take(), self.take()]
        if self.java and self.text() == "<":
            parts += self._type_arguments()
        return self.node("type", parts)

    def _type_arguments(self) -> list[Node]:
        parts, depth = [], 0
        while True:
            text = self.text()
            if text not in ("<", ">", ",", ".", "?", "[", "]", "&") and self.kind() != "name":
                raise Undecodable(f"{text!r} inside type arguments")
            depth += (text == "<") - (text == ">")
            parts.append(self.take())
            if depth == 0:
                return parts

    # Brackets whose content is not looked at ------------------------------------------------------------------------

    def _closing(self) -> int:
        """How many tokens ahead the bracket closes that opens here. Raises Undecodable."""
        ahead, open_brackets = 0, [_OPEN[self.text()]]
        while open_brackets:
            ahead += 1
            text = self.text(ahead)
            if text in _OPEN:
                open_brackets.append(_OPEN[text])
            elif text in (")", "]", "}") and open_brackets.pop() != text:
                raise Undecodable(f"{text!r} closes another bracket")
            if self.at + ahead >= len(self.tokens) - 1:
                raise Undecodable("a bracket that is never closed")
        return ahead

    def _balanced(self, opening: str | None = None) -> list[Node]:
        if opening is not None and self.text() != opening:
            raise Undecodable(f"{self.text()!r} where {opening!r} should be")
        return [self.take() for _ in range(self._closing() + 1)]
