"""Cassettes: what a phone said once, kept with personal data masked, to be served again by the emulator."""

from agent.cassettes._from_dumps import devices_of, from_dumps
from agent.cassettes._mask import Masker
from agent.cassettes._tape import SCHEMA, Tape
from agent.cassettes._taped_link import TapedLink

__all__ = ["SCHEMA", "Masker", "Tape", "TapedLink", "devices_of", "from_dumps"]
