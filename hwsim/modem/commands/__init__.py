"""The commands by subject; importing this package registers them all."""

from hwsim.modem.commands import basic, identity, messages, phonebook, registration, security, status, voice

__all__ = ["basic", "identity", "messages", "phonebook", "registration", "security", "status", "voice"]
