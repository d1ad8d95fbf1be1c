"""The game of the bench for servers in Python, and what their processes say to the bench (see setting.ts and reporting.ts)."""
import gc
import json
import random
import sys
import time


# The catching up after a stall that is longer than this is left.
CATCH_UP_TICKS_MAX = 5


class Setting:
    """What the process was started with: JSON in its last argument."""

    def __init__(self, argument=None):
        given = json.loads(argument if argument is not None else sys.argv[-1])
        if given['world'] is not None:
            raise SystemExit('this server has no interest management: it plays no worlds')
        self.seats = given['seats']
        self.spectators = given['spectators']
        self.tick_rate_hz = given['tickRateHz']
        self.ticks_per_state = round(given['tickRateHz'] / given['sendRateHz'])
        self.is_moving = given['isMoving']
        self.side = given['side']
        self.margin = given['margin']
        self.steps = given['steps']
        self.directions = {name: index for index, name in enumerate(given['directions'])}
        self.words = {word: index for index, word in enumerate(given['words'])}

    def start_place(self):
        """Where somebody new begins: whole 64ths of a unit."""
        return {axis: random.randint(self.margin * 64, (self.side - self.margin) * 64) / 64 for axis in ('x', 'y')}


class Room:
    """One room: who is in it, where they are, and where they go."""

    def __init__(self, setting, name):
        self.name = name
        self.setting = setting
        self.movers = {}
        self.directions = {}
        self.watchers = set()
        self.is_changed = False

    def has_place(self, is_watching):
        if is_watching:
            return len(self.watchers) < self.setting.spectators
        return len(self.movers) < self.setting.seats

    def enter(self, player, is_watching):
        if is_watching:
            self.watchers.add(player)
            return
        self.movers[player] = self.setting.start_place()
        self.directions[player] = 0
        self.is_changed = True

    def leave(self, player):
        self.watchers.discard(player)
        if self.movers.pop(player, None) is not None:
            del self.directions[player]
            self.is_changed = True

    def turn(self, player, direction):
        if direction is not None and player in self.directions:
            self.directions[player] = direction

    def step(self):
        """Plays one tick."""
        side = self.setting.side
        steps = self.setting.steps
        for player, mover in self.movers.items():
            x, y = steps[self.directions[player]]
            mover['x'] = min(side, max(0, mover['x'] + x))
            mover['y'] = min(side, max(0, mover['y'] + y))


class Arena:
    """All rooms of a server. Players are named by numbers."""

    def __init__(self, setting):
        self.setting = setting
        self.rooms = []
        self.tick = 0
        self.players = 0

    def enter(self, is_watching):
        """Takes somebody into a room with a free place, or into a new one: the room, and what the player is called."""
        room = next((room for room in self.rooms if room.has_place(is_watching)), None)
        if room is None:
            room = Room(self.setting, f'room-{len(self.rooms)}')
            self.rooms.append(room)
        self.players += 1
        player = str(self.players)
        room.enter(player, is_watching)
        return room, player

    def step(self):
        """Plays one tick in all rooms, and answers those whose state is to be sent."""
        self.tick += 1
        setting = self.setting
        if setting.is_moving:
            for room in self.rooms:
                room.step()
        if self.tick % setting.ticks_per_state != 0:
            return []
        told = [room for room in self.rooms if room.is_changed or (setting.is_moving and room.movers)]
        for room in told:
            room.is_changed = False
        return told

    def state(self, room):
        return {'tick': self.tick, 'state': {'movers': room.movers}}


class Grid:
    """Times of ticks that do not drift. `slipped` counts what was left out after long stalls."""

    def __init__(self, rate_hz):
        self.period = 1 / rate_hz
        self.due = time.monotonic()
        self.slipped = 0

    def until_next(self):
        """Seconds to wait for the next tick; 0 where it is late."""
        self.due += self.period
        behind = int((time.monotonic() - self.due) / self.period)
        if behind > CATCH_UP_TICKS_MAX:
            self.slipped += behind
            self.due += behind * self.period
        return max(0, self.due - time.monotonic())


def say(line):
    print(json.dumps(line), flush=True)


def answer(words, grid):
    """Answers what the bench asks: words, one a line."""
    for word in words.split():
        if word == 'collect':
            gc.collect()
        say({'slippedTicks': grid.slipped, 'tickP99Ms': None})
