"""Days and months as the rules count them: calendar months, month ends clamped, last days moved off public holidays."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from pydantic import BaseModel, ConfigDict

from reports.service._policy import read_data

_SATURDAY: Final = 5


class _Year(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    holidays: tuple[str, ...]
    worked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays, and the weekend days that are worked, of some years."""

    years: frozenset[int]
    free: frozenset[date]
    worked: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self.worked:
            return True
        return day not in self.free and day.weekday() < _SATURDAY

    def moved(self, day: date) -> date | None:
        """The day itself or, where it is a public holiday, the next working day; None where its year is not known."""
        if day.year not in self.years:
            return None
        if day not in self.free:
            return day
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


@cache
def holidays() -> Holidays:
    """The calendar that ships."""
    years: Mapping[str, _Year] = {name: _Year.model_validate(row) for name, row in read_data("holidays").items()}
    return Holidays(
        frozenset(int(name) for name in years),
        frozenset(day for year in years.values() for span in year.holidays for day in _days(span)),
        frozenset(date.fromisoformat(day) for year in years.values() for day in year.worked),
    )


def add_months(day: date, months: int) -> date:
    """The same day some months later; a day that the month lacks becomes its last.

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days(span: str) -> Iterator[date]:
    first, _, last = span.partition("/")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += timedelta(days=1)
