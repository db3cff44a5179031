"""TradingBot: an account, orders, a watch list and stock prices at one fixed moment."""

from datetime import datetime, timedelta
from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error, long_text, tables

_SEED = 1_053_520
_NOW = datetime(2024, 9, 1, 10, 30)
_LONG_SECTORS = {"Technology": "TECHNOLOGY_EXTENSION", "Automobile": "AUTOMOBILE_EXTENSION"}
_DAY = "%Y-%m-%d"
_MOMENT = "%Y-%m-%d %H:%M:%S"


class TradingBot(Backend):
    orders: dict[Any, Any]
    account_info: Result
    authenticated: bool
    market_status: str
    order_counter: int
    stocks: dict[str, Result]
    watch_list: list[str]
    transaction_history: list[Result]

    def _load(self, scenario: Result) -> None:
        super()._load(scenario)
        self.orders = {int(key) if str(key).isdigit() else key: order for key, order in self.orders.items()}
        self.long_context = self._long
        self._draw = self._random(scenario, _SEED)

    def get_current_time(self) -> Result:
        return {"current_time": _NOW.strftime("%I:%M %p")}

    def trading_login(self, username: str, password: str) -> Result:
        if self.authenticated:
            return {"status": "Already logged in"}
        self.authenticated = True
        return {"status": "Logged in successfully"}

    def trading_logout(self) -> Result:
        if not self.authenticated:
            return {"status": "No user is currently logged in"}
        self.authenticated = False
        return {"status": "Logged out successfully"}

    def trading_get_login_status(self) -> Result:
        return {"status": bool(self.authenticated)}

    def get_symbol_by_name(self, name: str) -> Result:
        return {"symbol": tables("TradingBot")["symbol_map"].get(name, "Stock not found")}

    def get_stock_info(self, symbol: str) -> Result:
        if symbol not in self.stocks:
            return error(f"Stock with symbol '{symbol}' not found.")
        if not self._long:
            return self.stocks[symbol]
        averages = {"MA(5)": long_text("MA_5_EXTENSION"), "MA(20)": long_text("MA_20_EXTENSION")}
        return self.stocks[symbol] | averages

    def get_order_details(self, order_id: Any) -> Any:
        if order_id not in self.orders:
            known = list(self.orders)
            return error(f"Order with ID {order_id} not found.Here is the list of orders_id: {known}")
        order = self.orders[order_id]
        if not self._long:
            return order
        texts = long_text("ORDER_DETAIL_EXTENSION")
        symbol = order["symbol"]
        return order | {"metadata": {name: text.replace("{symbol}", symbol) for name, text in texts.items()}}

    def cancel_order(self, order_id: Any) -> Result:
        if order_id not in self.orders:
            return error(f"Order with ID {order_id} not found.")
        if self.orders[order_id]["status"] == "Completed":
            return error(f"Can't cancel order {order_id}. Order is already completed.")
        self.orders[order_id]["status"] = "Cancelled"
        return {"order_id": order_id, "status": "Cancelled"}

    def place_order(self, order_type: str, symbol: str, price: float, amount: int) -> Result:
        if not self.authenticated:
            return _not_authenticated("place an order")
        if symbol not in self.stocks:
            return error(f"Invalid stock symbol: {symbol}")
        if price <= 0 or amount <= 0:
            return error("Price and amount must be positive values.")
        price = float(price)
        cost, balance = price * amount, self.account_info["balance"]
        if order_type.lower() == "buy" and cost > balance:
            return error(f"Insufficient funds: required ${cost:.2f} but only ${balance:.2f} available.")
        order_id = self.order_counter  # an order of that number is overwritten, as the default state's is
        order = {"id": order_id, "order_type": order_type, "symbol": symbol, "price": price, "amount": amount}
        self.orders[order_id] = order | {"status": "Open"}
        self.order_counter += 1
        return {
            "order_id": order_id,
            "order_type": order_type,
            "status": "Pending",
            "price": price,
            "amount": amount,
        }

    def get_account_info(self) -> Result:
        return self.account_info if self.authenticated else _not_authenticated("view account information")

    def fund_account(self, amount: float) -> Result:
        if not self.authenticated:
            return _not_authenticated("fund the account")
        if amount <= 0:
            return error("Funding amount must be positive.")
        self.account_info["balance"] += amount
        self._record("deposit", amount)
        return {"status": "Account funded successfully", "new_balance": self.account_info["balance"]}

    def withdraw_funds(self, amount: float) -> Result:
        if not self.authenticated:
            return _not_authenticated("make a transaction")
        if self.market_status != "Open":
            return error("Market is closed. Transactions are not allowed.")
        if amount <= 0:
            return error("Transaction amount must be positive.")
        if amount > self.account_info["balance"]:
            return error("Insufficient funds for withdrawal.")
        self.account_info["balance"] -= amount
        self._record("withdrawal", amount)
        return {"status": "Withdrawal successful", "new_balance": self.account_info["balance"]}

    def get_transaction_history(self, start_date: str | None = None, end_date: str | None = None) -> Any:
        if not self.authenticated:
            return [_not_authenticated("view transaction history")]
        start = datetime.strptime(start_date, _DAY) if start_date else datetime.min
        end = datetime.strptime(end_date, _DAY) if end_date else datetime.max
        kept = self.transaction_history
        if start_date or end_date:
            kept = [entry for entry in kept if start <= datetime.strptime(entry["timestamp"], _MOMENT) <= end]
        if self._long:
            kept = kept + long_text("TRANSACTION_HISTORY_EXTENSION")
        return {"transaction_history": kept}

    def get_order_history(self) -> Any:
        if not self.authenticated:
            return [_not_authenticated("view order history")]
        return {"history": list(self.orders)}

    def get_available_stocks(self, sector: str) -> Result:
        listed = list(tables("TradingBot")["sector_map"].get(sector, []))
        if self._long and sector in _LONG_SECTORS:
            listed += long_text(_LONG_SECTORS[sector])
        return {"stock_list": listed}

    def filter_stocks_by_price(self, stocks: list[str], min_price: float, max_price: float) -> Result:
        prices = {stock: self.stocks.get(stock, {}).get("price", 0) for stock in stocks}
        return {"filtered_stocks": [stock for stock in stocks if min_price <= prices[stock] <= max_price]}

    def notify_price_change(self, stocks: list[str], threshold: float) -> Result:
        changes = {stock: self.stocks.get(stock, {}).get("percent_change", 0) for stock in stocks}
        changed = [stock for stock in stocks if stock in self.stocks and abs(changes[stock]) >= threshold]
        if not changed:
            return {"notification": "No significant price changes in the selected stocks."}
        return {"notification": f"Stocks {', '.join(changed)} have significant price changes."}

    def get_watchlist(self) -> Any:
        if not self.authenticated:
            return ["Error: User not authenticated. Please log in to view the watchlist."]
        if not self._long:
            return {"watchlist": self.watch_list}
        added = [... if symbol == "__Ellipsis__" else symbol for symbol in long_text("WATCH_LIST_EXTENSION")]
        return [*self.watch_list, *added]

    def add_to_watchlist(self, stock: str) -> Result:
        if stock not in self.watch_list and stock in self.stocks:
            self.watch_list.append(stock)
        return {"watchlist": self.watch_list}

    def remove_stock_from_watchlist(self, symbol: str) -> Result:
        if not self.authenticated:
            return _not_authenticated("modify the watchlist")
        if symbol not in self.watch_list:
            return error(f"Stock {symbol} not found in watchlist.")
        self.watch_list.remove(symbol)
        return {"status": f"Stock {symbol} removed from watchlist successfully."}

    def _record(self, kind: str, amount: float) -> None:
        moment = _NOW + timedelta(seconds=self._draw.randint(0, 86_400))
        self.transaction_history.append({"type": kind, "amount": amount, "timestamp": moment.strftime(_MOMENT)})


def _not_authenticated(activity: str) -> Result:
    return error(f"User not authenticated. Please log in to {activity}.")
