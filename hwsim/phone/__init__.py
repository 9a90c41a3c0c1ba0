"""What is inside an emulated phone: identity, physics, software and the condition of its parts."""
