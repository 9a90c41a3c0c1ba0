"""USB without a kernel: phones and hubs as objects, on a bus that pyusb or unmodified programs can look at.

``device`` and ``functions`` know nothing of who asks: a transfer comes in, bytes or a stall go out. Two fronts carry
them to clients: ``pyusb_backend`` in the same process, and ``live``, which serves sysfs, usbfs and udev's events to
any program that is started with umockdev's preload library.
"""
