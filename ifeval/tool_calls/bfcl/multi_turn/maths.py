"""MathAPI: arithmetic, unit conversion, statistics. It has no state."""

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error, tables

MAX_DIGITS = 200_000
"""How many digits the results of high-precision functions may have in one conversation, all together."""
MAX_BITS = 200_000
_EXACT = Context(prec=10 * MAX_DIGITS)
_NUMBERS = "Both inputs must be numbers"
_LIST_OF_NUMBERS = "All elements in the list must be numbers"


class MathAPI(Backend):
    def _load(self, scenario: Result) -> None:
        self._digits_left = MAX_DIGITS

    def logarithm(self, value: Any, base: Any, precision: int) -> Result:
        try:
            return {"result": _logarithm(value, base, self._paid(int(precision)))}
        except Exception as refused:
            return error(str(refused))

    def mean(self, numbers: Any) -> Result:
        if not numbers:
            return error("Cannot calculate mean of an empty list")
        try:
            return {"result": sum(numbers) / len(numbers)}
        except TypeError:
            return error(_LIST_OF_NUMBERS)

    def standard_deviation(self, numbers: Any) -> Result:
        if not numbers:
            return error("Cannot calculate standard deviation of an empty list")
        try:
            mean = sum(numbers) / len(numbers)
            return {"result": math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))}
        except TypeError:
            return error(_LIST_OF_NUMBERS)

    def si_unit_conversion(self, value: Any, unit_in: str, unit_out: str) -> Result:
        metres = tables("MathAPI")["to_meters"]
        if not isinstance(value, int | float):
            return error("Value must be a number")
        if unit_in not in metres or unit_out not in metres:
            return error(f"Conversion from '{unit_in}' to '{unit_out}' is not supported")
        return {"result": value * metres[unit_in] * (1 / metres[unit_out])}

    def imperial_si_conversion(self, value: Any, unit_in: str, unit_out: str) -> Result:
        if not isinstance(value, int | float):
            return error("Value must be a number")
        if unit_in == unit_out:
            return {"result": value}
        factor = tables("MathAPI")["conversion"].get(f"{unit_in}_to_{unit_out}")
        if factor is None:
            return error(f"Conversion from '{unit_in}' to '{unit_out}' is not supported")
        if unit_in == "celsius":
            return {"result": value * factor + 32}
        if unit_in == "fahrenheit":
            return {"result": (value - 32) * factor}
        return {"result": value * factor}

    def add(self, a: Any, b: Any) -> Result:
        try:
            return {"result": a + b}
        except TypeError:
            return error(_NUMBERS)

    def subtract(self, a: Any, b: Any) -> Result:
        try:
            return {"result": a - b}
        except TypeError:
            return error(_NUMBERS)

    def multiply(self, a: Any, b: Any) -> Result:
        if not isinstance(a, int | float) or not isinstance(b, int | float):
            return error(_NUMBERS)
        return {"result": a * b}

    def divide(self, a: Any, b: Any) -> Result:
        if not isinstance(a, int | float) or not isinstance(b, int | float):
            return error(_NUMBERS)
        if b == 0:
            return error("Cannot divide by zero")
        return {"result": a / b}

    def power(self, base: Any, exponent: Any) -> Result:
        if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() > 1:
            _require_moderate(base.bit_length() * exponent)
        try:
            return {"result": base**exponent}
        except TypeError:
            return error(_NUMBERS)

    def square_root(self, number: Any, precision: int) -> Result:
        try:
            if number < 0:
                return error("Cannot calculate square root of a negative number")
        except TypeError:
            return error("Input must be a number")
        return {"result": Context(prec=self._paid(precision)).sqrt(Decimal(number))}

    def absolute_value(self, number: Any) -> Result:
        try:
            return {"result": abs(number)}
        except TypeError:
            return error("Input must be a number")

    def round_number(self, number: Any, decimal_places: int = 0) -> Result:
        try:
            return {"result": round(number, max(decimal_places, -MAX_BITS))}
        except TypeError:
            return error(_NUMBERS)

    def percentage(self, part: Any, whole: Any) -> Result:
        if not isinstance(part, int | float) or not isinstance(whole, int | float):
            return error(_NUMBERS)
        if whole == 0:
            return error("Whole value cannot be zero")
        return {"result": (part / whole) * 100}

    def min_value(self, numbers: Any) -> Result:
        if not numbers:
            return error("Cannot find minimum of an empty list")
        try:
            return {"result": min(numbers)}
        except TypeError:
            return error(_LIST_OF_NUMBERS)

    def max_value(self, numbers: Any) -> Result:
        if not numbers:
            return error("Cannot find maximum of an empty list")
        try:
            return {"result": max(numbers)}
        except TypeError:
            return error(_LIST_OF_NUMBERS)

    def sum_values(self, numbers: Any) -> Result:
        if not numbers:
            return error("Cannot calculate sum of an empty list")
        try:
            return {"result": sum(numbers)}
        except TypeError:
            return error(_LIST_OF_NUMBERS)

    def _paid(self, precision: Any) -> Any:
        """The precision, charged to what this conversation has left."""
        self._digits_left -= max(precision, 0)
        if self._digits_left < 0:
            raise OverflowError("the precisions asked for are too high")
        return precision


def _require_moderate(bits: int) -> None:
    if bits > MAX_BITS:
        raise OverflowError("the result is too large")


class _Printed:
    """A number of mpmath that prints as its version 1.4 does (ties to even), whichever version is installed."""

    def __init__(self, number: Any) -> None:
        self.number = number

    def __repr__(self) -> str:
        if hasattr(self.number, "_mpc_"):
            real, imaginary = (_digits(part, self.number.context) for part in (self.number.real, self.number.imag))
            return f"mpc(real='{real}', imag='{imaginary}')"
        return f"mpf('{_digits(self.number, self.number.context)}')"


def _logarithm(value: Any, base: Any, precision: int) -> _Printed:
    from mpmath.ctx_mp import MPContext

    context = MPContext()  # of its own: the precision must not outlive the call
    context.dps = precision
    return _Printed(context.log(value) / context.log(base))


def _digits(number: Any, context: Any) -> str:
    """The number at the context's precision: plain where its exponent is moderate, else as 1.5e+20."""
    if not context.isfinite(number):
        return str(number).lstrip("+")
    wanted = context._repr_digits
    sign, mantissa, exponent, _ = number._mpf_
    exact = (
        _EXACT.scaleb(int(mantissa) * 5**-exponent, exponent) if exponent < 0 else Decimal(int(mantissa) << exponent)
    )
    rounded = Context(prec=wanted, rounding=ROUND_HALF_EVEN).plus(exact)
    digits, power = "".join(map(str, rounded.as_tuple().digits)), rounded.adjusted() if rounded else 0
    plain = min(-(wanted // 3), -5) < power < wanted
    shift = power if plain else 0
    padded = ("0" * -shift + digits).ljust(shift + 2, "0") if shift < 0 else digits.ljust(shift + 2, "0")
    point = max(shift, 0) + 1
    text = f"{padded[:point]}.{padded[point:]}".rstrip("0")
    return "-" * sign + text + "0" * text.endswith(".") + (f"e{power:+d}" if not plain else "")
