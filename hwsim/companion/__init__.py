"""The device side of the companion: the program that the bench pushes to a phone to reach sensors and sound.

One engine per protocol that knows neither sockets nor time (``engine``, ``scrcpy``), and fronts that carry its bytes
(``fronts``). ``launch`` is what ``app_process`` runs. Import the modules one by one: most of them need numpy, and an
idle phone does not.
"""
