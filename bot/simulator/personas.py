"""The people who live in the simulator, with ids that never change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Role = Literal["coordinator", "mentor", "parent", "peer", "other"]


@dataclass(frozen=True, slots=True)
class Persona:
    """One person with a phone. `user_id` is the Telegram user id, and the id of the private chat with the bot."""

    key: str
    user_id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    role: Role = "other"
    role_label: str = ""
    language_code: str = "nl"

    @property
    def full_name(self) -> str:
        """First and last name as shown in a list."""
        return f"{self.first_name} {self.last_name}".strip()

    def as_user(self) -> dict[str, Any]:
        """The Bot API `User` object."""
        user: dict[str, Any] = {"id": self.user_id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        user["language_code"] = self.language_code
        return user

    def to_json(self) -> dict[str, Any]:
        """All fields, for the state file and the page."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Persona":
        """The reverse of :meth:`to_json`."""
        return cls(**data)


PERSONAS: tuple[Persona, ...] = (
    Persona("fatima", 1201, "Fatima", "El Amrani", "fatima_elamrani", "parent", "moeder van Yassin"),
    Persona("joris", 1202, "Joris", "Wouters", "joriswouters", "parent", "vader van Lotte en Senne"),
    Persona("marleen", 1203, "Marleen", "Dijkstra", "marleendijkstra", "parent", "pleegmoeder van Dylan"),
    Persona("shanice", 1204, "Shanice", "Pinas", "shanicepinas", "parent", "moeder van Jaylano"),
    Persona("annelies", 1205, "Annelies", "De Smet", "annelies_ds", "parent", "moeder van Noor"),
    Persona("bart", 1211, "Bart", "Claes", "bartclaes", "parent", "vader van Noor, co-ouder van Annelies"),
    Persona("ingrid", 1101, "Ingrid", "van Loon", "ingridvanloon", "mentor", "begeleider"),
    Persona("samir", 1102, "Samir", "Haddad", "samirhaddad", "mentor", "begeleider"),
    Persona("petra", 1001, "Petra", "Hoekstra", "petrahoekstra", "coordinator", "coördinator"),
    Persona("gul", 1301, "Gül", "Yıldız", "gulyildiz", "peer", "lotgenoot"),
    Persona("wim", 1302, "Wim", "Peeters", "wimpeeters", "peer", "lotgenoot"),
    Persona("mei", 1303, "Mei", "Janssen", "meijanssen", "peer", "lotgenoot"),
)


def stranger(user_id: int) -> Persona:
    """A person without a story, for tests that need many people."""
    return Persona(f"p{user_id}", user_id, "Persoon", str(user_id), role="other", role_label="extra persoon")
