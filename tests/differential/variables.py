"""The variables of a document: what it declares, and what a client sends for them."""

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInputType, GraphQLNonNull

from tests.differential.choices import Choices
from tests.differential.values import WRONG_KINDS, Values, Word, printed


@dataclass(frozen=True, slots=True)
class Variable:
    """`use` is what it was made for: it may be used again for the same."""

    name: str
    type: GraphQLInputType
    hint: str
    use: tuple[str, str]
    default: Any
    """MISSING for none."""
    takes_null: bool
    """Whether null, and no value where there is no default, mean something where it is used."""

    @property
    def declared(self) -> str:
        default = "" if self.default is MISSING else f" = {printed(self.default)}"
        return f"${self.name}: {self.type}{default}"

    @property
    def is_required(self) -> bool:
        return isinstance(self.type, GraphQLNonNull) and self.default is MISSING


MISSING = object()


@dataclass(slots=True)
class Variables:
    choices: Choices
    values: Values
    by_name: dict[str, Variable] = field(default_factory=dict)

    def used(self, type_: GraphQLInputType, hint: str, *, has_default: bool = False) -> Word:
        """A variable for a place of that type, with its $; `has_default` says that the place has one."""
        use = (str(type_), hint)
        known = [variable for variable in self.by_name.values() if variable.use == use]
        if known and self.choices.chance(2):
            return Word(f"${self.choices.one_of(known).name}")
        name = f"v{len(self.by_name)}"
        self.by_name[name] = self._new(name, type_, hint, has_default)
        return Word(f"${name}")

    def _new(self, name: str, type_: GraphQLInputType, hint: str, has_default: bool) -> Variable:
        use = (str(type_), hint)
        plain = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        may_be_null = plain is type_
        default = self.values.given(type_, hint) if self.choices.chance(3) else MISSING
        if (may_be_null or has_default or default is not MISSING) and not self.choices.chance(4):
            # A nullable variable with a default may stand where null may not; then null is refused late.
            return Variable(name, plain, hint, use, default, may_be_null)
        return Variable(name, GraphQLNonNull(plain), hint, use, default, False)

    def sent(self, names: frozenset[str]) -> dict[str, Any]:
        """Values as a client sends them."""
        told: dict[str, Any] = {}
        for name in sorted(names):
            variable = self.by_name[name]
            if self.values.wild(6):
                self._send_wrongly(told, variable)
            elif variable.is_required or not self.choices.chance(4):
                is_null = variable.takes_null and self.choices.chance(6)
                told[name] = None if is_null else self.values.given(variable.type, variable.hint)
        if self.values.wild(6):
            told["nobodyDeclaredIt"] = self.choices.one_of(WRONG_KINDS)
        return told

    def _send_wrongly(self, told: dict[str, Any], variable: Variable) -> None:
        wrong = self.choices.one_of((MISSING, *WRONG_KINDS))
        if wrong is not MISSING:
            told[variable.name] = wrong
