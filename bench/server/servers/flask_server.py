"""Flask-SocketIO 5.3 on eventlet, as its documentation has it: rooms, an event handler, a background task. See PEERS.md."""
import eventlet

eventlet.monkey_patch()

import os
import socket
import sys

import eventlet.hubs
import eventlet.wsgi
from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

# The folder of a checkout stays as it is.
sys.dont_write_bytecode = True

from arena import Arena, Grid, Setting, answer, say

# As many connections as come: eventlet takes 1,024 at a time unless told otherwise.
CONNECTIONS_MAX = 100_000

setting = Setting()
arena = Arena(setting)
grid = Grid(setting.tick_rate_hz)
places = {}

app = Flask(__name__)
# Handlers that only store a number need no green thread each; and who is told something by `connect` must be connected by then.
socketio = SocketIO(app, async_mode='eventlet', async_handlers=False, always_connect=True)


@socketio.on('connect')
def connect(auth):
    is_watching = bool(auth) and auth.get('spectate') is True
    room, player = arena.enter(is_watching)
    places[request.sid] = room, player
    join_room(room.name)
    emit('welcome', {'you': '' if is_watching else player, **arena.state(room)})


@socketio.on('disconnect')
def disconnect():
    room, player = places.pop(request.sid)
    room.leave(player)


@socketio.on('input')
def turn(data):
    room, player = places[request.sid]
    room.turn(player, setting.directions.get(data['dir']))


def game_loop():
    while True:
        for room in arena.step():
            socketio.emit('game_state_update', arena.state(room), to=room.name)
        socketio.sleep(grid.until_next())


def answer_bench():
    while True:
        eventlet.hubs.trampoline(0, read=True)
        words = os.read(0, 4096)
        if not words:
            os._exit(0)
        answer(words.decode(), grid)


listener = eventlet.listen(('127.0.0.1', 0), backlog=1024)
# Inherited by every connection.
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
say({'port': listener.getsockname()[1]})
socketio.start_background_task(game_loop)
socketio.start_background_task(answer_bench)
eventlet.wsgi.server(listener, app, max_size=CONNECTIONS_MAX, log_output=False, debug=False)
