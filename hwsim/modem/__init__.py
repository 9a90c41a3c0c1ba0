"""An emulated cellular modem: 3GPP AT commands outside, a card, a radio and a network inside.

The engine knows no transport: `modem.Modem` holds the state, `port.Port` speaks V.250 on one terminal, and `fronts`
puts a port on a pseudo terminal, a TCP socket or an abstract unix socket. ``python -m hwsim.modem`` serves one.
"""
