"""TravelAPI: access tokens, credit cards, flights, bookings and insurance."""

from datetime import date, datetime

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error, long_text, pairs, tables

_SEED = 141_053
_CLASSES = {"economy": 1, "business": 2, "first": 5}
_INVALID_TOKEN = "Invalid access token"
_EXPIRED = "Token expired"


class TravelAPI(Backend):
    credit_card_list: dict[str, Result]
    booking_record: dict[str, Result]
    access_token: str | None
    token_type: str | None
    token_expires_in: int | None
    token_scope: str | None
    user_first_name: str | None
    user_last_name: str | None
    budget_limit: float | None

    def _load(self, scenario: Result) -> None:
        super()._load(scenario)
        self._draw = self._random(scenario, _SEED)
        self.long_context = self._long
        if self._long:
            self.credit_card_list = _added(long_text("CREDIT_CARD_EXTENSION"), self.credit_card_list)
            self.booking_record = _added(long_text("BOOKING_RECORD_EXTENSION"), self.booking_record)

    def authenticate_travel(
        self,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        grant_type: str,
        user_first_name: str,
        user_last_name: str,
    ) -> Result:
        self.token_expires_in = 2  # which never counts down
        self.access_token = str(self._draw.randint(100_000, 999_999))
        self.token_type, self.token_scope = "Bearer", grant_type
        self.user_first_name, self.user_last_name = user_first_name, user_last_name
        return {
            "expires_in": self.token_expires_in,
            "access_token": self.access_token,
            "token_type": self.token_type,
            "scope": self.token_scope,
        }

    def travel_get_login_status(self) -> Result:
        return {"status": bool(self.token_expires_in)}

    def get_budget_fiscal_year(self, lastModifiedAfter: str | None = None, includeRemoved: str | None = None) -> Result:
        return {"budget_fiscal_year": "2018"}

    def register_credit_card(
        self,
        access_token: str,
        card_number: str,
        expiration_date: str,
        cardholder_name: str,
        card_verification_number: int,
    ) -> Result:
        if self.token_expires_in is None:
            return error("Token not initialized")
        if refused := self._refused(access_token):
            return refused
        if card_number in self.credit_card_list:
            return error("Card already registered")
        card_id = str(self._draw.randint(100_000_000_000, 999_999_999_999))
        self.credit_card_list[card_id] = {
            "card_number": card_number,
            "expiration_date": expiration_date,
            "cardholder_name": cardholder_name,
            "card_verification_number": card_verification_number,
            "balance": self._draw.randint(10_000, 99_999),
        }
        return {"card_id": card_id}

    def get_all_credit_cards(self) -> Result:
        return {"credit_card_list": self.credit_card_list}

    def get_credit_card_balance(self, access_token: str, card_id: str) -> Result:
        if refused := self._refused(access_token):
            return refused
        if card_id not in self.credit_card_list:
            known = list(self.credit_card_list)
            return error(f"Card not registered. Here are a list of card_id's: {known}")
        return {"card_balance": self.credit_card_list[card_id]["balance"]}

    def get_flight_cost(self, travel_from: str, travel_to: str, travel_date: str, travel_class: str) -> Result:
        routes = pairs(tables("TravelAPI")["base_costs"])
        if (travel_from, travel_to) not in routes:
            raise ValueError("No available route for the given airports.")
        if travel_class not in _CLASSES:
            raise ValueError("Invalid travel class. Options are: economy, business, first.")
        factor = _factor(travel_date, travel_class)
        asked = routes.values() if self._long else [routes[travel_from, travel_to]]
        return {"travel_cost_list": [float(cost * factor) for cost in asked]}

    def book_flight(
        self,
        access_token: str,
        card_id: str,
        travel_date: str,
        travel_from: str,
        travel_to: str,
        travel_class: str,
    ) -> Result:
        refused = self._refused(access_token) or self._unbookable(card_id, travel_date, travel_from, travel_to)
        if refused:
            return {"booking_status": False} | refused
        if travel_class not in _CLASSES:
            return {"booking_status": False} | error(f"Invalid travel class. Must be one of {set(_CLASSES)}")
        routes = pairs(tables("TravelAPI")["base_costs"])
        if (travel_from, travel_to) not in routes:
            return {"booking_status": False} | error("No available route for the given airports.")
        cost = float(routes[travel_from, travel_to] * _factor(travel_date, travel_class))
        card = self.credit_card_list[card_id]
        if card["balance"] < cost:
            return {"booking_status": False} | error("Insufficient funds")
        if self.budget_limit is not None and card["balance"] < self.budget_limit:  # the balance, and not the cost
            return {"booking_status": False} | error("Balance is less than budget limit")
        card["balance"] -= cost
        booking_id = str(self._draw.randint(1_000_000, 9_999_999))
        transaction_id = str(self._draw.randint(10_000_000, 99_999_999))
        self.booking_record[booking_id] = {
            "card_id": card_id,
            "travel_date": travel_date,
            "travel_from": travel_from,
            "travel_to": travel_to,
            "travel_class": travel_class,
            "travel_cost": cost,
            "transaction_id": transaction_id,
        }
        return {
            "booking_id": booking_id,
            "transaction_id": transaction_id,
            "booking_status": True,
            "booking_history": self.booking_record if self._long else {},
        }

    def get_booking_history(self, access_token: str) -> Result:
        return self._refused(access_token) or {"booking_history": self.booking_record}

    def cancel_booking(self, access_token: str, booking_id: str) -> Result:
        if refused := self._refused(access_token):
            return {"cancel_status": False} | refused
        if booking_id not in self.booking_record:
            return {"cancel_status": False} | error("Booking not found")
        booking = self.booking_record[booking_id]
        self.credit_card_list[booking["card_id"]]["balance"] += booking["travel_cost"]
        del self.booking_record[booking_id]
        return {"cancel_status": True}

    def retrieve_invoice(
        self, access_token: str, booking_id: str | None = None, insurance_id: str | None = None
    ) -> Result:
        if refused := self._refused(access_token):
            return refused
        if booking_id not in self.booking_record:
            return error("Booking not found")
        booking = self.booking_record[booking_id]
        named = ("travel_date", "travel_from", "travel_to", "travel_class", "travel_cost", "transaction_id")
        return {"invoice": {"booking_id": booking_id} | {name: booking[name] for name in named}}

    def contact_customer_support(self, booking_id: str, message: str) -> Result:
        if booking_id not in self.booking_record:
            return error("Booking not found")
        return {
            "customer_support_message": "Thank you for contacting customer support. Your message has been received and "
            "we will get back to you shortly."
        }

    def purchase_insurance(
        self, access_token: str, insurance_type: str, insurance_cost: float, booking_id: str, card_id: str
    ) -> Result:
        refused = self._refused(access_token) or self._uninsurable(insurance_cost, booking_id, card_id)
        if refused:
            return {"insurance_status": False} | refused
        self.credit_card_list[card_id]["balance"] -= insurance_cost  # which may go below zero
        return {"insurance_id": str(self._draw.randint(100_000_000, 999_999_999)), "insurance_status": True}

    def set_budget_limit(self, access_token: str, budget_limit: float) -> Result:
        if refused := self._refused(access_token):
            return refused
        self.budget_limit = float(budget_limit)
        return {"budget_limit": self.budget_limit}

    def compute_exchange_rate(self, base_currency: str, target_currency: str, value: float) -> Result:
        rates = pairs(tables("TravelAPI")["exchange_rates"])
        if (base_currency, target_currency) in rates:
            return {"exchanged_value": float(value * rates[base_currency, target_currency])}
        if (target_currency, base_currency) in rates:
            return {"exchanged_value": round(value / rates[target_currency, base_currency], 2)}
        raise ValueError("No available exchange rate for the given currencies.")

    def verify_traveler_information(
        self, first_name: str, last_name: str, date_of_birth: str, passport_number: str
    ) -> Result:
        expected, got = f"{self.user_first_name} {self.user_last_name}", f"{first_name} {last_name}"
        if (self.user_first_name, self.user_last_name) != (first_name, last_name):
            return _unverified(f"Cannot book flight information for another user.Expected {expected}, got {got}")
        try:
            born = datetime.strptime(date_of_birth, "%Y-%m-%d")
        except ValueError:
            return _unverified("Invalid date of birth format. Use YYYY-MM-DD.")
        if _age(born) < 18:
            return _unverified("Traveler must be at least 18 years old")
        if not passport_number.startswith("US"):
            return _unverified("Passport must be issued by the United States")
        return {"verification_status": True}

    def list_all_airports(self) -> list[str]:
        airports: list[str] = tables("TravelAPI")["airports"]
        return airports

    def get_nearest_airport_by_city(self, location: str) -> Result:
        return {"nearest_airport": tables("TravelAPI")["airport_map"].get(location, "Unknown")}

    def _refused(self, access_token: str) -> Result | None:
        if self.token_expires_in == 0:
            return error(_EXPIRED)
        return error(_INVALID_TOKEN) if access_token != self.access_token else None

    def _unbookable(self, card_id: str, travel_date: str, travel_from: str, travel_to: str) -> Result | None:
        airports = tables("TravelAPI")["airports"]
        if card_id not in self.credit_card_list:
            return error("Card not registered")
        if "balance" not in self.credit_card_list[card_id]:
            return error("Balance not found")
        for place, named in (("departure", travel_from), ("arrival", travel_to)):
            if named not in airports:
                return error(f"Invalid {place} airport code: {named}")
        try:
            datetime.strptime(travel_date, "%Y-%m-%d")
        except ValueError:
            return error("Invalid date format. Use YYYY-MM-DD.")
        return None

    def _uninsurable(self, insurance_cost: float, booking_id: str, card_id: str) -> Result | None:
        if self.budget_limit is not None and self.budget_limit < insurance_cost:
            return error("Exceeded budget limit")
        if booking_id not in self.booking_record:
            return error("Booking not found")
        return error("Credit card not registered") if card_id not in self.credit_card_list else None


def _added(more: dict[str, Result], own: dict[str, Result]) -> dict[str, Result]:
    """The scenario's entries, then copies of those of the long context that it does not have."""
    return own | {key: dict(entry) for key, entry in more.items() if key not in own}


def _factor(travel_date: str, travel_class: str) -> int:
    digits = sum(int(character) for character in travel_date if character.isdigit())
    return _CLASSES[travel_class] * (2 if digits % 2 == 0 else 1)


def _age(born: date) -> int:
    """In whole years, today."""
    today = date.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _unverified(reason: str) -> Result:
    return {"verification_status": False, "verification_failure": reason}
