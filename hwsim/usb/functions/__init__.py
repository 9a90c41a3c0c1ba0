"""What a device does: one module for each protocol on bulk and control pipes."""
