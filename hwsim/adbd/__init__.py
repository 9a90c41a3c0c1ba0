"""The phone's side of the adb protocol: framing, authorisation, streams and services."""
