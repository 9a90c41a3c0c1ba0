"""The bus for unmodified programs: sysfs, usbfs, udev events and terminals behind umockdev's preload library."""
