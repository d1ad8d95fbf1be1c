"""Tornado 6.2: a `WebSocketHandler` at /websocket, words in, the room's state as JSON out. See PEERS.md."""
import asyncio
import json
import logging
import os
import sys

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

# The folder of a checkout stays as it is.
sys.dont_write_bytecode = True

from arena import Arena, Grid, Setting, answer, say

setting = Setting()
arena = Arena(setting)
grid = Grid(setting.tick_rate_hz)
handlers = {}


def encode(kind, fields):
    return json.dumps({'type': kind, **fields}, separators=(',', ':')).encode()


class GameSocket(WebSocketHandler):
    """One player, or one who watches. Compression is off unless `get_compression_options` says otherwise."""

    def open(self):
        # The documentation's advice where small messages must not wait for one another.
        self.set_nodelay(True)
        is_watching = self.get_query_argument('spectate', '') == '1'
        self.room, self.player = arena.enter(is_watching)
        handlers.setdefault(self.room, set()).add(self)
        you = '' if is_watching else self.player
        self.write_message(encode('welcome', {'you': you, **arena.state(self.room)}))

    def on_message(self, message):
        self.room.turn(self.player, setting.words.get(message))

    def on_close(self):
        self.room.leave(self.player)
        handlers[self.room].discard(self)


async def game_loop():
    while True:
        for room in arena.step():
            message = encode('state', arena.state(room))
            # A copy: writing to one that is gone takes it out.
            for handler in tuple(handlers.get(room, ())):
                try:
                    handler.write_message(message)
                except WebSocketClosedError:
                    pass
        await asyncio.sleep(grid.until_next())


def answer_bench(stdin, _events):
    words = os.read(stdin, 4096)
    if not words:
        os._exit(0)
    answer(words.decode(), grid)


async def main():
    server = HTTPServer(Application([('/websocket', GameSocket)]))
    sockets = bind_sockets(0, '127.0.0.1', backlog=1024)
    server.add_sockets(sockets)
    IOLoop.current().add_handler(0, answer_bench, IOLoop.READ)
    say({'port': sockets[0].getsockname()[1]})
    await game_loop()


# Neither each request nor each lost connection is worth a line.
logging.disable(logging.CRITICAL)
asyncio.run(main())
