"""When people in a town hall write: on workdays, little at noon, a little after closing."""
from datetime import date, datetime, time, timedelta

from django.utils import timezone

# (from, to, how busy), in minutes of the day
STRETCHES = [(495, 510, 0.2), (510, 720, 1), (720, 780, 0.15), (780, 1035, 1), (1035, 1170, 0.12)]
WORKDAY = sum((end - start) * busy for start, end, busy in STRETCHES)  # worked minutes of a full day
HOLIDAYS = {  # those whose date never moves, and the days around New Year when offices are closed
    (1, 1), (1, 2), (1, 3), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23),
    (12, 29), (12, 30), (12, 31),
}
WEEKDAYS = "月火水木金土日"


def is_workday(day):
    """Whether the town hall is open."""
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def workday(day, steps):
    """The workday `steps` workdays after (before, if negative) `day`."""
    step = timedelta(days=1 if steps > 0 else -1)
    for _nth in range(abs(steps)):
        day += step
        while not is_workday(day):
            day += step
    return day


def written(day):
    """A date as a notice writes it: 12月1日(火)."""
    return f"{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def moment(day: date, minute):
    """That minute (a float) of that day, to the second, in Japan."""
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(seconds=int(minute * 60))


def _minute(worked):
    """The minute of the day at which so many worked minutes have passed."""
    for start, end, busy in STRETCHES:
        if worked <= (end - start) * busy:
            return start + worked / busy
        worked -= (end - start) * busy
    return STRETCHES[-1][1]


def _worked(minute):
    """The worked minutes that have passed at that minute of the day."""
    return sum(max(0, min(minute, end) - start) * busy for start, end, busy in STRETCHES)


class OfficeHours:
    """The time behind `now`, counted in worked minutes."""

    def __init__(self, now):
        self.now = timezone.localtime(now)
        today, self.minute = self.now.date(), self.now.hour * 60 + self.now.minute
        self.passed = _worked(self.minute) if is_workday(today) else 0
        self.days = [today if self.passed else workday(today, -1)]  # newest first
        self.passed = self.passed or WORKDAY

    def before(self, worked):
        """The moment `worked` minutes of work ago."""
        nth, rest = divmod(worked + WORKDAY - self.passed, WORKDAY)
        while len(self.days) <= nth:
            self.days.append(workday(self.days[-1], -1))
        return moment(self.days[int(nth)], _minute(WORKDAY - rest))

    def written_at(self, days, minute, latest):
        """That minute `days` workdays ago. Of a day that is not over, its talk up to `latest` is drawn together."""
        base = self.days[0]
        if base == self.now.date() and self.minute < 780:  # in the morning the last full day stands for today
            base = workday(base, -1)
        if days == 0 and base == self.now.date() and latest >= self.minute:
            minute = 510 + (minute - 510) * (self.minute - 512) / (latest - 510)
        return moment(workday(base, -days), minute)

