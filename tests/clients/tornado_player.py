"""Plays with Tornado's WebSocket client: `tornado_player.py URL NAME`.

Tells what it hears on standard output, one JSON object a line, and does what standard input says, one a line:
    {"do": "press", "word": "우"}   {"do": "hold", "input": {...}}   {"do": "say", "message": ...}   {"do": "leave"}
"""
import asyncio
import json
import sys
from urllib.parse import urlencode

from tornado.websocket import websocket_connect

URL, NAME = sys.argv[1:3]


async def listen(connection):
    while (text := await connection.read_message()) is not None:
        print(text, flush=True)


async def obey(connection):
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if order['do'] == 'press':
            await connection.write_message(order['word'])
        elif order['do'] == 'hold':
            await connection.write_message(json.dumps({'type': 'input', 'input': order['input']}))
        elif order['do'] == 'say':
            await connection.write_message(json.dumps({'type': 'message', 'message': order['message']}))
        elif order['do'] == 'leave':
            break
    connection.close(1000)


async def main():
    query = urlencode({'game': 'land-grab', 'name': NAME})
    connection = await websocket_connect(f'{URL.replace("http", "ws", 1)}/websocket?{query}')
    await asyncio.gather(listen(connection), obey(connection))


asyncio.run(main())
