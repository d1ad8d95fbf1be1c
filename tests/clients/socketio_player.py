"""Plays with python-socketio: `socketio_player.py URL NAME`.

Tells what it hears on standard output, one JSON object a line, and does what standard input says, one a line:
    {"do": "press", "word": "우"}   {"do": "hold", "input": {...}}   {"do": "say", "message": ...}
    {"do": "ask", "id": 1, "event": "input", "value": ...}   {"do": "leave"}

The library's plain Client where the package it needs for that (requests) is installed, its AsyncClient elsewhere.
"""
import asyncio
import json
import sys
import threading

import socketio

URL, NAME = sys.argv[1:3]
TOLD_AS = {'welcome': 'welcome', 'game_state_update': 'state', 'response': 'response', 'game_error': 'error'}
writing = threading.Lock()


def tell(kind, payload):
    with writing:
        print(json.dumps({**payload, 'type': kind}), flush=True)


class PlainPlayer:
    """The synchronous client: handlers run on threads of its own."""

    def __init__(self):
        self.client = socketio.Client(reconnection=False)
        for event, kind in TOLD_AS.items():
            self.client.on(event, lambda payload, kind=kind: tell(kind, payload))

    def connect(self):
        self.client.connect(URL, auth={'name': NAME}, wait_timeout=10)

    def emit(self, event, value, callback=None):
        self.client.emit(event, value, callback=callback)

    def leave(self):
        self.client.disconnect()


class AsyncPlayer:
    """The asyncio client, with its loop on a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.run(self.make())

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(15)

    async def make(self):
        self.client = socketio.AsyncClient(reconnection=False)
        for event, kind in TOLD_AS.items():
            self.client.on(event, lambda payload, kind=kind: tell(kind, payload))

    def connect(self):
        self.run(self.client.connect(URL, auth={'name': NAME}, wait_timeout=10))

    def emit(self, event, value, callback=None):
        self.run(self.client.emit(event, value, callback=callback))

    def leave(self):
        self.run(self.client.disconnect())


def make_player():
    try:
        import requests  # noqa: F401
    except ImportError:
        return AsyncPlayer()
    return PlainPlayer()


player = make_player()
player.connect()
for line in sys.stdin:
    order = json.loads(line)
    if order['do'] == 'press':
        player.emit('input', order['word'])
    elif order['do'] == 'hold':
        player.emit('input', order['input'])
    elif order['do'] == 'say':
        player.emit('message', order['message'])
    elif order['do'] == 'ask':
        player.emit(
            order['event'],
            order['value'],
            callback=lambda answer, id=order['id']: tell('answer', {'id': id, 'answer': answer}),
        )
    elif order['do'] == 'leave':
        player.leave()
        break
