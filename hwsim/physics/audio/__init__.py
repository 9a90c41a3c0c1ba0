"""Sound: amplifier, speakers, the air between, microphones, and a whole play-and-record rendered from them."""
