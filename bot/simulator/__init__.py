"""A Telegram Bot API emulator on loopback with a web chat in front of it.

It is what a newcomer without a token sees, and the test bed of the whole service. It speaks Bot API JSON over HTTP.
"""

from bot.simulator.clock import SimulatedClock, next_local
from bot.simulator.emulator import Emulator
from bot.simulator.errors import ApiError, PersonCannot
from bot.simulator.groups import Group
from bot.simulator.limits import ApiCall, LimitRules
from bot.simulator.personas import PERSONAS, Persona
from bot.simulator.phone import Phone
from bot.simulator.web.server import SimulatorServer, create_app
from bot.simulator.world import Message

__all__ = [
    "PERSONAS",
    "ApiCall",
    "ApiError",
    "Emulator",
    "Group",
    "LimitRules",
    "Message",
    "PersonCannot",
    "Persona",
    "Phone",
    "SimulatedClock",
    "SimulatorServer",
    "create_app",
    "next_local",
]
