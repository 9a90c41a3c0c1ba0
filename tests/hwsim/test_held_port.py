"""The port of a phone that is unplugged: nobody is answered there, and nobody else is given it."""

from __future__ import annotations

import asyncio
import socket

import pytest

from hwsim.held_port import LOOPBACK, hold_port
from tests.hwsim.rig import one_phone


def test_the_port_of_an_unplugged_phone_stays_its_own() -> None:
    async def run() -> None:
        server = one_phone().server
        await server.start()
        port = server.port
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(LOOPBACK, port)
        with pytest.raises(OSError, match="in use"), socket.socket() as other:
            other.bind((LOOPBACK, port))
        await server.start()
        assert (server.listening, server.port) == (True, port)
        server.close()
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind((LOOPBACK, port))

    asyncio.run(run())


def test_a_held_port_is_given_to_no_outgoing_connection() -> None:
    with hold_port(0) as held, socket.create_server((LOOPBACK, 0)) as listener:
        taken = held.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            socket.create_connection(listener.getsockname(), source_address=(LOOPBACK, taken))
