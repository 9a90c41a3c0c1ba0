"""The phone book: memories of numbers and names."""

from __future__ import annotations

from dataclasses import dataclass, field

CAPACITY = {"SM": 50, "ME": 100, "ON": 2, "DC": 10, "MC": 10, "RC": 10}


@dataclass
class PhoneBook:
    """Numbers and names by memory and place."""

    memories: dict[str, dict[int, tuple[str, str]]] = field(default_factory=lambda: {name: {} for name in CAPACITY})

    def write(self, memory: str, place: int, number: str, name: str) -> None:
        """Put an entry into a place; an empty number clears it."""
        if number:
            self.memories[memory][place] = (number, name)
        else:
            self.memories[memory].pop(place, None)

    def free_place(self, memory: str) -> int | None:
        """Return the first free place, or None."""
        places = range(1, CAPACITY[memory] + 1)
        return next((place for place in places if place not in self.memories[memory]), None)

    def log(self, memory: str, number: str) -> None:
        """Put a number at the head of a memory of calls."""
        numbers = [number, *(entry for entry, _ in self.memories[memory].values())][: CAPACITY[memory]]
        self.memories[memory] = {place: (entry, "") for place, entry in enumerate(numbers, start=1)}
