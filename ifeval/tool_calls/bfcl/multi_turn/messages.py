"""MessageAPI: users, an inbox of sent messages, one user logged in."""

from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error

_SEED = 200191
_NOT_LOGGED_IN = "No user is currently logged in."


class MessageAPI(Backend):
    generated_ids: set[int]
    user_count: int
    user_map: dict[str, str]
    inbox: list[dict[str, Any]]
    message_count: int
    current_user: str | None

    def _load(self, scenario: Result) -> None:
        super()._load(scenario)
        self.generated_ids = set(self.generated_ids)
        self._draw = self._random(scenario, _SEED)

    def list_users(self) -> Result:
        return {"user_list": list(self.user_map)}

    def get_user_id(self, user: str) -> Result:
        if user not in self.user_map:
            return error(f"User '{user}' not found in the workspace.")
        return {"user_id": self.user_map[user]}

    def message_login(self, user_id: str) -> Result:
        if user_id not in self.user_map.values():
            return {"login_status": False, "message": f"User ID '{user_id}' not found."}
        self.current_user = user_id
        return {"login_status": True, "message": f"User '{user_id}' logged in successfully."}

    def message_get_login_status(self) -> Result:
        return {"login_status": bool(self.current_user)}

    def send_message(self, receiver_id: str, message: Any) -> Result:
        if not self.current_user:
            return error(_NOT_LOGGED_IN)
        if receiver_id not in self.user_map.values():
            return error(f"Receiver ID '{receiver_id}' not found.")
        message_id = self._new_id()
        self.inbox.append({receiver_id: message})
        self.message_count += 1
        return {
            "sent_status": True,
            "message_id": message_id,
            "message": f"Message sent to '{receiver_id}' successfully.",
        }

    def delete_message(self, receiver_id: str) -> Result:
        if not self.current_user:
            return error(_NOT_LOGGED_IN)
        for sent in reversed(self.inbox):
            if _receiver(sent) == receiver_id:
                self.inbox.remove(sent)  # the first equal one, which need not be this one
                return {
                    "deleted_status": True,
                    "receiver_id": receiver_id,
                    "message": f"Receiver {receiver_id}'s latest message deleted successfully.",
                }
        return error(f"Receiver ID {receiver_id} not found.")

    def view_messages_sent(self) -> Result:
        if not self.current_user:
            return error(_NOT_LOGGED_IN)
        grouped: dict[str, list[Any]] = {}
        for sent in self.inbox:
            grouped.setdefault(_receiver(sent), []).append(sent[_receiver(sent)])
        return {"messages": grouped}

    def add_contact(self, user_name: str) -> Result:
        if user_name in self.user_map:
            return error(f"User name '{user_name}' already exists.")
        self.user_count += 1  # before the new id is tested
        user_id = f"USR{self.user_count:03d}"
        if user_id in self.user_map.values():
            return error(f"User ID '{user_id}' already exists.")
        self.user_map[user_name] = user_id
        return {"added_status": True, "user_id": user_id, "message": f"Contact '{user_name}' added successfully."}

    def search_messages(self, keyword: str) -> Result:
        if not self.current_user:
            return error(_NOT_LOGGED_IN)
        wanted = keyword.lower()
        found = []
        for sent in self.inbox:
            receiver = _receiver(sent)
            if wanted in sent[receiver].lower():  # some scenarios hold lists, which have no lower()
                found.append({"receiver_id": receiver, "message": sent[receiver]})
        return {"results": found}

    def get_message_stats(self) -> Result:
        if not self.current_user:
            return error(_NOT_LOGGED_IN)
        receivers = {_receiver(sent) for sent in self.inbox}
        return {"stats": {"received_count": len(self.inbox), "total_contacts": len(receivers)}}

    def _new_id(self) -> Result:
        new_id = self._draw.randint(10_000, 99_999)
        while new_id in self.generated_ids:
            new_id = self._draw.randint(10_000, 99_999)
        self.generated_ids.add(new_id)
        return {"new_id": new_id}


def _receiver(sent: dict[str, Any]) -> str:
    return next(iter(sent))
