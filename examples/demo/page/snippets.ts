/**
 * The programs on the page. Each runs as it is: the browser ones in this page's console, the Python ones against the
 * server the page came from. Each says where its stone is, walks a square and leaves.
 */

export type SnippetId = 'sdk' | 'socketio' | 'socketio-python' | 'websocket' | 'websocket-python';

export interface Snippet {
  readonly id: SnippetId;
  readonly language: 'js' | 'python';
  readonly tab: string;
  readonly code: string;
}

/** The three ways in, in the order of the page, each with its languages. */
export function snippetsFor(origin: string): Readonly<Record<'sdk' | 'socketio' | 'websocket', readonly Snippet[]>> {
  const socketOrigin = origin.replace(/^http/, 'ws');
  return {
    sdk: [{ id: 'sdk', language: 'js', tab: 'JavaScript', code: SDK }],
    socketio: [
      { id: 'socketio', language: 'js', tab: 'JavaScript', code: SOCKET_IO },
      { id: 'socketio-python', language: 'python', tab: 'Python', code: SOCKET_IO_PYTHON.replace('ORIGIN', origin) },
    ],
    websocket: [
      { id: 'websocket', language: 'js', tab: 'JavaScript', code: WEB_SOCKET },
      {
        id: 'websocket-python',
        language: 'python',
        tab: 'Tornado',
        code: WEB_SOCKET_PYTHON.replace('ORIGIN', socketOrigin),
      },
    ],
  };
}

const SDK = `const { connect } = await import('/sdk/client.js');
const { landGrab } = await import('/sdk/land-grab.js');

const room = await connect().join(landGrab, { name: 'console' });
let last = '';
room.onState(() => {
  const me = room.me;
  const line = me ? \`x \${me.x}, y \${me.y}, \${me.score} cells\` : '';
  if (line !== last) console.log((last = line));
});

for (const dir of ['right', 'down', 'left', 'up']) {
  room.input({ dir });                                  // held until the next one
  await new Promise((resolve) => setTimeout(resolve, 500));
}
room.leave();
console.log('left the yard');
`;

const SOCKET_IO = `const { io } = await import('/socket.io/socket.io.esm.min.js');

const socket = io({ auth: { name: 'socketio' } });
let you;
let last = '';
socket.on('welcome', (welcome) => {
  you = welcome.you;
  console.log('welcome, you are', you);
});
socket.on('game_state_update', ({ state }) => {
  const me = state.players[you];
  const line = me ? \`x \${me.x}, y \${me.y}, \${me.score} cells\` : '';
  if (line !== last) console.log((last = line));
});
socket.on('response', ({ from, message }) => console.log(from, 'says', message));

socket.emit('message', 'hello');
for (const word of ['우', '하', '좌', '상']) {           // right, down, left, up
  socket.emit('input', word);                           // a word moves one cell
  await new Promise((resolve) => setTimeout(resolve, 500));
}
socket.disconnect();
console.log('left the yard');
`;

const SOCKET_IO_PYTHON = `# pip install "python-socketio[client]"
import time
import socketio

sio = socketio.Client()
you = None
last = None

@sio.on('welcome')
def welcome(data):
    global you
    you = data['you']
    print('welcome, you are', data['you'])

@sio.on('game_state_update')
def update(data):
    global last
    me = data['state']['players'].get(you)
    place = me and (me['x'], me['y'], me['score'])
    if place != last:
        last = place
        print('x, y, cells:', place)

@sio.on('response')
def response(data):
    print(data['from'], 'says', data['message'])

sio.connect('ORIGIN', auth={'name': 'python'})
sio.emit('message', 'hello')
for direction in ['right', 'down', 'left', 'up']:
    sio.emit('input', {'dir': direction})  # held until the next one
    time.sleep(0.5)
sio.disconnect()
`;

const WEB_SOCKET = `const server = location.origin.replace('http', 'ws');
const ws = new WebSocket(\`\${server}/websocket?name=websocket\`);
let you;
let last = '';
ws.onmessage = ({ data }) => {
  const { type, ...said } = JSON.parse(data);
  if (type === 'welcome') you = said.you;
  if (type === 'response') console.log(said.from, 'says', said.message);
  if (type === 'error') console.log(said.code, said.message);
  const me = said.state?.players[you];
  const line = me ? \`x \${me.x}, y \${me.y}, \${me.score} cells\` : last;
  if (line !== last) console.log((last = line));
};
await new Promise((resolve) => (ws.onopen = resolve));

ws.send(JSON.stringify({ type: 'message', message: 'hello' }));
for (const word of ['우', '하', '좌', '상']) {           // right, down, left, up
  ws.send(word);                                        // a word moves one cell
  await new Promise((resolve) => setTimeout(resolve, 500));
}
ws.close();
console.log('left the yard');
`;

const WEB_SOCKET_PYTHON = `# pip install tornado
import asyncio
import json
from tornado.websocket import websocket_connect

async def listen(ws):
    you = last = None
    while (text := await ws.read_message()) is not None:
        data = json.loads(text)
        if data['type'] == 'welcome':
            you = data['you']
        me = data.get('state', {}).get('players', {}).get(you)
        if me and (place := (me['x'], me['y'], me['score'])) != last:
            last = place
            print('x, y, cells:', place)

async def main():
    ws = await websocket_connect('ORIGIN/websocket?name=tornado')
    listening = asyncio.create_task(listen(ws))
    for word in ['우', '하', '좌', '상']:  # right, down, left, up
        ws.write_message(word)             # a word moves one cell
        await asyncio.sleep(0.5)
    ws.close()
    await listening

asyncio.run(main())
`;
