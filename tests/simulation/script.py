"""What people do to the tickets of the day, drawn by chance from a seed: on time and late, well and badly.

Each life is told from top to bottom by a generator that yields the moment of its next step; `play` moves the clock to
the nearest of them and lets the workers run in between.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.factories import REPLY
from tests.simulation import reckoning, wall
from tests.simulation.story import FINAL, Story
from tests.simulation.town import AREAS, DESKS, Area, Town

THE_DAY = date(2026, 4, 28)
"""A Tuesday: two working days later the five days of 劳动节 begin, and a Saturday is worked in return."""

DOWN = (wall.on(date(2026, 5, 12), 0), wall.on(date(2026, 5, 15), 3))
"""The workers stand still for three days."""

QUIET = date(2026, 6, 8)
"""From here on little is left to do."""

KINDS = ("complaint",) * 5 + ("report",) * 2 + ("help", "suggestion", "enquiry", "enquiry")
CHANNELS = ("12345", "12345-web", "12345-mini", "12345-push", "enterprise-rating", "media", "letter")
REASON = {"reason": "按规定办理此步骤"}
RETURN = {"reason": "not_our_duty", "basis": "职责清单", "statement": "不属于本单位职责"}
GOOD = {"grade": "satisfied", "solved": True}
BAD = ({"grade": "dissatisfied", "solved": False}, {"grade": "satisfied", "solved": False})
OFFICERS = ("first", "second", "third")
OFFICES = ("440106", "440104", "440100")
UNANSWERED = {"dispatched", "in_progress", "suspended", "replied"}

Life = Iterator[datetime]


@dataclass
class Player:
    """Tells one life. leads: the stories into which another one may be merged."""

    town: Town
    story: Story
    chance: Random
    area: Area | None
    phone: str | None
    leads: list[Story]

    def by(self, share: float) -> bool:
        return self.chance.random() < share

    def desk(self, *days: int) -> datetime:
        """A moment in office hours, so many working days from now (one of those given), always after now."""
        n, today = self.chance.choice(days), wall.the_day(self.town.now)
        soon = self.town.now + timedelta(
            minutes=self.chance.randint(5, 90), seconds=self.chance.randint(0, 59)
        )
        if n == 0 and wall.works(today) and wall.opening(today) <= soon < wall.closing(today):
            return soon
        minutes, seconds = self.chance.randint(30, 520), self.chance.randint(0, 59)
        return wall.opening(wall.nth(today, max(n, 1))) + timedelta(minutes=minutes, seconds=seconds)

    def act(self, post: str, action: str, given: Mapping[str, object], then: str = "", **more: Any) -> None:
        self.town.do(self.story, post, action, given, then, **more)

    def at_the_desk(self, action: str, given: Mapping[str, object], then: str = "") -> None:
        self.act("desk", action, given, then, of=self.story.desk_office)

    def live(self) -> Life:
        yield self.story.recorded_at
        self.town.receive(self.story, self.area, channel=self.chance.choice(CHANNELS), phone=self.phone)
        if self.story.status == "manual":
            yield from self.settled_by_a_person()
        if self.story.status == "dispatched":
            yield from self.dispatched()

    def settled_by_a_person(self) -> Life:
        """人工研判: the desk finds out where the ticket belongs, some in time and some not."""
        yield self.town.now + timedelta(minutes=self.chance.choice([20, 50, 90, 600, 1500, 2900]))
        fate = self.chance.choice(["dispatch"] * 5 + ["reject", "redirect"])
        if fate == "reject":
            self.at_the_desk("reject", {"reason": "outside_duty", "route": "请向街道反映"}, "not_accepted")
        elif fate == "redirect":
            self.at_the_desk("redirect", {"channel": "12315", "reason": "消费纠纷"}, "redirected")
        else:
            found = {"office": self.chance.choice(OFFICES), "reason": "问清后派出", "category": "C1"}
            self.at_the_desk("redispatch", found, "dispatched")

    def dispatched(self) -> Life:
        """派单之后: mostly signed; some are withdrawn, shown elsewhere, merged, sent on or returned."""
        drawn = self.chance.random()
        for share, fate in (
            (0.03, self.withdrawn),
            (0.03, self.shown_elsewhere),
            (0.05, self.merged),
            (0.05, self.sent_on),
            (0.14, self.returned),
        ):
            if 0 <= drawn < share:
                yield from fate()
            drawn -= share
        if drawn >= 0:
            self.leads.append(self.story)
        if self.story.status == "dispatched":
            yield from self.signed()

    def withdrawn(self) -> Life:
        yield self.desk(0, 1, 3)
        self.at_the_desk("withdraw", REASON, "withdrawn")

    def shown_elsewhere(self) -> Life:
        yield self.desk(0, 1, 3)
        if self.by(0.5):
            self.at_the_desk("redirect", {"channel": "12315", "reason": "消费纠纷"}, "redirected")
        else:
            self.at_the_desk("reject", {"reason": "other_route", "route": "请依法申请复议"}, "not_accepted")

    def merged(self) -> Life:
        """并案, and for some 撤销并案 soon after; the others are answered with their lead's reply."""
        yield self.desk(0, 1)
        here = (self.story.desk_office, self.story.office)
        leads = [
            one for one in self.leads if (one.desk_office, one.office) == here and one.status in UNANSWERED
        ]
        if not leads:
            return
        lead = self.chance.choice(leads)
        self.at_the_desk("merge", {"lead": lead.number, **REASON}, "merged")
        lead.write(self.town.now, "merged-in")
        lead.followers.append(self.story)
        if self.by(0.5):
            yield self.desk(0, 1)
            if self.story.status == "merged":
                lead.followers.remove(self.story)
                self.at_the_desk("unmerge", REASON, "dispatched")
                return
        while self.story.status == "merged":
            yield self.desk(1)
        yield from self.called_back()

    def sent_on(self) -> Life:
        """改派: the desk moves the ticket before or after the office signed."""
        yield self.desk(0, 1, 2)
        if self.by(0.4):
            self.sign()
            yield self.desk(0, 1)
        target = self.chance.choice([code for code in OFFICES if code != self.story.office])
        self.at_the_desk("redispatch", {"office": target, "reason": "主要事实在该地"}, "dispatched")

    def sign(self) -> None:
        self.act(self.chance.choice(OFFICERS), "accept", {}, "in_progress")

    def returned(self) -> Life:
        """退单与裁决: in time or late, upheld, sent elsewhere or designated."""
        if self.story.office == "440100":
            return  # nobody of this town sits above it
        yield self.desk(0, 1, 2, 3, 4)
        self.act("first", "return", RETURN, what="ask-return")
        yield self.desk(0, 0, 1)
        if self.by(0.15):
            refused = {"approve": False, "opinion": "属本单位职责"}
            self.act("reviewer", "sign-return", refused, what="decline-return")
            return
        signed = {"approve": True, "opinion": "同意退单"}
        self.act("reviewer", "sign-return", signed, "return_requested", what="return")
        yield self.desk(0, 1, 2, 3, 5)
        self.ruled_on()

    def ruled_on(self) -> None:
        """By the desk that sent it, or by the arbiter; never as a precedent, or later tickets would go another way."""
        back, other = self.story.office, "440104" if self.story.office == "440106" else "440106"
        reason, told = {"reason": "依职责清单裁决"}, {"returned_by": back}
        if self.story.desk_office != back and self.by(0.4):
            ruled = {"ruling": "redispatch", "office": other, **reason} if self.by(0.6) else None
            desk = ruled or {"ruling": "uphold", **reason}
            of = self.story.desk_office
            self.act("desk", "decide-return", desk, "dispatched", of=of, what="rule", told=told)
            return
        ruling, office = self.chance.choice(
            [("uphold", back), ("redispatch", other), ("designate", back), ("designate", other)]
        )
        ruled = {"ruling": ruling, "office": office, "precedent": False, **reason}
        self.act("arbiter", "rule", ruled, "dispatched", of="440100", told=told)

    def signed(self) -> Life:
        """签收: on time, late, and now and then in the very last second or one after it."""
        _, limit, _, _ = reckoning.stages(self.story)[-1]
        if self.by(0.06):
            yield limit + timedelta(seconds=self.chance.choice([0, 1]))
        else:
            yield self.desk(0, 0, 1, 1, 2, 2, 3, 5)
        self.sign()
        yield from self.handled()

    def handled(self) -> Life:
        """办理: with what may happen on the way, then a reply."""
        for share, happens in (
            (0.15, self.more_time),
            (0.10, self.stands_still),
            (0.06, self.helped),
            (0.06, self.urged),
            (0.04, self.under_supervision),
            (0.04, self.sorted_anew),
            (0.05, self.given_up),
        ):
            if self.by(share):
                yield from happens()
            if self.story.status in FINAL:
                return
        days = reckoning.HANDLING_DAYS[self.story.kind]
        yield self.desk(*range(1, days), days + 1, days + 3, days + 8)
        yield from self.answered()

    def has_time(self) -> bool:
        due = reckoning.due_at(self.story, self.town.now)
        return due is not None and wall.between(wall.the_day(self.town.now), wall.the_day(due)) > 1

    def more_time(self) -> Life:
        """延期: asked before expiry, granted or refused by another person."""
        yield self.desk(0, 1)
        if not self.has_time():
            return
        days = self.chance.randint(1, 10)
        self.act("first", "extend", {"days": days, "reason": "需委托鉴定", "basis": "办法第十条"})
        yield self.desk(0, 1)
        granted = self.by(0.7)
        decision, what = {"approve": granted, "opinion": "已阅"}, "extended" if granted else "refused"
        self.act("reviewer", "decide-extension", decision, what=what, told={"days": days})

    def stands_still(self) -> Life:
        """挂起与恢复: the working days in between are given back."""
        yield self.desk(0, 1)
        if not self.has_time():
            return
        self.act("first", "suspend", {"reason": "等待复议决定"}, "suspended")
        yield self.desk(0, 1, 3, 8, 25)
        self.act("second", "resume", {}, "in_progress")

    def helped(self) -> Life:
        other = "440104" if self.story.office == "440106" else "440106"
        yield self.desk(0, 1)
        due = reckoning.due_at(self.story, self.town.now)
        days = None if due is not None and self.town.now < due else 3
        self.act(
            "first", "co-handle", {"office": other, "task": "请调取案卷", "days": days}, told={"days": days}
        )
        yield self.desk(0, 1, 2, 4)
        self.act("first", "co-reply", {"opinion": "已调取并附清单"}, of=other)

    def urged(self) -> Life:
        for _ in range(self.chance.randint(1, 2)):
            yield self.desk(0, 1)
            self.at_the_desk("urge", REASON)

    def under_supervision(self) -> Life:
        yield self.desk(0, 2)
        if not reckoning.supervised(self.story, self.town.now):
            self.act("arbiter", "supervise", REASON, of="440100")

    def sorted_anew(self) -> Life:
        yield self.desk(1, 4)
        self.at_the_desk("recategorise", {"category": "C2", "reason": "属选择性执法"})

    def given_up(self) -> Life:
        """终止: asked for by one, granted or refused by another; never where others were merged in."""
        if self.story in self.leads:
            self.leads.remove(self.story)
        if self.story.followers:
            return
        yield self.desk(0, 1)
        self.act("first", "terminate", {"reason": "诉求人下落不明"}, "terminating")
        yield self.desk(0, 1, 4)
        granted = self.by(0.6)
        decision = {"reason": "核实后决定", "approve": granted}
        self.act("reviewer", "terminate", decision, "terminated" if granted else "in_progress")

    def answered(self) -> Life:
        """答复与审核: sent back now and then; another officer in every round of rework."""
        rounds = self.story.count("rework")
        self.act(OFFICERS[rounds % 3], "reply", REPLY, "replied")
        yield self.desk(0, 0, 1, 2)
        if self.by(0.1):
            refused = {"approve": False, "opinion": "缺少核查过程"}
            self.act("reviewer", "review", refused, "rework" if rounds else "in_progress", what="send-back")
            yield self.desk(0, 1, 3)
            yield from self.answered()
            return
        self.act("reviewer", "review", {"approve": True}, "reviewed", what="approve")
        while self.story.followers:
            self.story.followers.pop().write(self.town.now, "lead-reply", "reviewed")
        yield from self.called_back()

    def called_back(self) -> Life:
        """回访: reached at once, at the second try, or never; by telephone or by the link; well or badly."""
        tries = self.chance.choice([0, 0, 0, 0, 1, 3])
        for tried in range(1, tries + 1):
            yield self.desk(1, 1, 2)
            self.town.ring_in_vain(self.story, last=tried == 3)
        if tries == 3:
            yield from self.afterwards()
            return
        yield self.desk(1, 1, 2, 4)
        by_link, rounds = self.by(0.2), self.story.count("rework")
        if self.by(0.65):
            self.town.answer(self.story, GOOD, "close", by_link=by_link)
            yield from self.afterwards()
            return
        self.town.answer(
            self.story, self.chance.choice(BAD), "rework" if rounds < 2 else "supervise", by_link=by_link
        )
        yield from self.appealed()
        if rounds < 2:
            yield from self.done_again()
            return
        yield self.desk(1, 2, 5)
        self.at_the_desk("close", {"reason": "督办后由上级约谈，予以办结"}, "closed")
        yield from self.afterwards()

    def done_again(self) -> Life:
        days = reckoning.HANDLING_DAYS[self.story.kind]
        yield self.desk(*range(1, days), days + 2, days + 7)
        yield from self.answered()

    def appealed(self) -> Life:
        """申诉剔除: decided outside the office, some only weeks later."""
        if self.story.office == "440100" or not self.by(0.5):
            return
        answer_at = self.story.lines[-1].at
        yield self.desk(0, 1)
        self.act("first", "appeal", {"reason": "超出法律规定", "proof": "录音第2分钟"})
        yield self.desk(0, 2, 9)
        upheld = self.by(0.6)
        decision, what = {"approve": upheld, "opinion": "已核对录音"}, "upheld" if upheld else "overruled"
        self.act("arbiter", "decide-appeal", decision, of="440100", what=what, told={"answer_at": answer_at})

    def afterwards(self) -> Life:
        """办结之后: archived by hand, asked for anew, or left to the workers."""
        if self.by(0.15):
            yield self.desk(1, 3)
            self.at_the_desk("archive", {}, "archived")
        elif self.by(0.05) and self.story.count("rework") < 2:
            yield self.desk(1, 3)
            self.at_the_desk("rework", {"reason": "诉求人补充了新情况"}, "rework")
            yield from self.done_again()


def cast(town: Town, n: int, seed: int) -> list[Player]:
    """n complaints of the day, at any second of it; some written down only a week later, some by the same caller."""
    chance = Random(seed)
    leads: list[Story] = []
    players: list[Player] = []
    seconds = sorted([0, 86_399, *(chance.randrange(86_400) for _ in range(n - 2))])
    for serial, second in enumerate(seconds):
        place = chance.choice([*AREAS, "天河", "天河", None])
        area = AREAS[place] if place else None
        received_at = wall.on(THE_DAY, 0) + timedelta(seconds=second)
        late = timedelta(days=8, hours=chance.randint(1, 5)) if chance.random() < 0.04 else timedelta()
        story = Story(
            kind=chance.choice(KINDS),
            urgent=chance.random() < 0.1,
            desk_office="440100" if place == "越秀" else chance.choice(DESKS),
            received_at=received_at,
            recorded_at=received_at + late,
        )
        phone = f"139{serial:08d}" if chance.random() < 0.9 else None
        known = [one.phone for one in players if one.area is area and area and one.phone]
        if known and chance.random() < 0.05:
            phone = chance.choice(known)
        players.append(Player(town, story, Random(chance.random()), area, phone, leads))
    return players


def play(town: Town, players: list[Player], until: datetime, pauses: list[datetime]) -> Iterator[datetime]:
    """Let everybody live until that moment; stop at each pause, right after the workers ran, and yield it."""
    queue: list[tuple[datetime, int, Life]] = []
    for n, player in enumerate(players):
        life = player.live()
        heapq.heappush(queue, (next(life), n, life))
    stops = sorted({*_rounds(until), *pauses})
    for stop in stops:
        while queue and queue[0][0] <= stop:
            town.now, n, life = heapq.heappop(queue)
            following = next(life, None)
            if following is not None:
                heapq.heappush(queue, (following, n, life))
        town.tick(stop)
        _archive(players, stop)
        if stop in pauses:
            yield stop


def _rounds(until: datetime) -> Iterator[datetime]:
    """When the workers run: six times a day at first, later twice, at last every third day; not while they stand still."""
    day = THE_DAY
    while wall.on(day, 0) < until:
        often = ((6, 0), (12, 0), (17, 31), (20, 0)) if day < DOWN[1].date() else ()
        for hour, minute in ((0, 5), *often, (8, 31)):
            at = wall.on(day, hour, minute)
            if not DOWN[0] <= at < DOWN[1]:
                yield at
        day += wall.DAY if day < QUIET else 3 * wall.DAY


def _archive(players: list[Player], now: datetime) -> None:
    """Write down what the workers archive: thirty days after closing."""
    for story in (player.story for player in players if player.story.lines):
        if story.status == "closed" and story.lines[-1].at + reckoning.ARCHIVED_AFTER <= now:
            story.write(now, "archive", "archived")
