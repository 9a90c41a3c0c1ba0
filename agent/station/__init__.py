"""What stands around a phone on the bench: hands, instruments, and the port of its modem."""

from agent.station._hands import Hands, Nobody, Pause, People, Turns
from agent.station._station import EMPTY, Station

__all__ = ["EMPTY", "Hands", "Nobody", "Pause", "People", "Station", "Turns"]
