"""TicketAPI: a queue of support tickets, one user logged in."""

from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error

_FIELDS = ("title", "description", "status", "priority")


class TicketAPI(Backend):
    ticket_queue: list[Result]
    ticket_counter: int
    current_user: str | None

    def create_ticket(self, title: str, description: str = "", priority: int = 1) -> Result:
        if not self.current_user:
            return error("User not authenticated. Please log in to create a ticket.")
        if priority < 1 or priority > 5:
            return error("Invalid priority. Priority must be between 1 and 5.")
        ticket = {
            "id": self.ticket_counter,
            "title": title,
            "description": description,
            "status": "Open",
            "priority": priority,
            "created_by": self.current_user,
        }
        self.ticket_queue.append(ticket)
        self.ticket_counter += 1
        return ticket

    def get_ticket(self, ticket_id: int) -> Result:
        return self._find(ticket_id) or _not_found(ticket_id)

    def close_ticket(self, ticket_id: int) -> Result:
        ticket = self._find(ticket_id)
        if not ticket:
            return _not_found(ticket_id)
        if ticket["status"] == "Closed":
            return error(f"Ticket with ID {ticket_id} is already closed.")
        ticket["status"] = "Closed"
        return {"status": f"Ticket {ticket_id} has been closed successfully."}

    def resolve_ticket(self, ticket_id: int, resolution: str) -> Result:
        ticket = self._find(ticket_id)
        if not ticket:
            return _not_found(ticket_id)
        if ticket["status"] == "Resolved":
            return error(f"Ticket with ID {ticket_id} is already resolved.")
        ticket["status"] = "Resolved"
        ticket["resolution"] = resolution
        return {"status": f"Ticket {ticket_id} has been resolved successfully."}

    def edit_ticket(self, ticket_id: int, updates: dict[str, Any]) -> Result:
        ticket = self._find(ticket_id)
        if not ticket:
            return _not_found(ticket_id)
        unknown = [field for field in updates if field not in _FIELDS]
        if unknown:
            return error(f"Invalid fields for update: {', '.join(unknown)}")
        ticket.update({field: value for field, value in updates.items() if value is not None})
        return {"status": f"Ticket {ticket_id} has been updated successfully."}

    def ticket_login(self, username: str, password: str) -> Result:
        if not (username and password):
            return {"success": False}
        self.current_user = username
        return {"success": True}

    def ticket_get_login_status(self) -> Result:
        return {"login_status": bool(self.current_user)}

    def logout(self) -> Result:
        if not self.current_user:
            return {"success": False}
        self.current_user = None
        return {"success": True}

    def get_user_tickets(self, status: str | None = None) -> list[Result]:
        if not self.current_user:
            return [error("User not authenticated. Please log in to view tickets.")]
        own = [ticket for ticket in self.ticket_queue if ticket["created_by"] == self.current_user]
        return [ticket for ticket in own if ticket["status"].lower() == status.lower()] if status else own

    def _find(self, ticket_id: int) -> Result | None:
        """The ticket; a KeyError where one before it in the queue has no id, as some scenarios' have none."""
        return next((ticket for ticket in self.ticket_queue if ticket["id"] == ticket_id), None)


def _not_found(ticket_id: Any) -> Result:
    return error(f"Ticket with ID {ticket_id} not found.")
