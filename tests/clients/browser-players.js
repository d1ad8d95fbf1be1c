/**
 * Two players for a page of our server: one on the browser's own WebSocket, one on the Socket.IO client that the server
 * hands out. The test calls their methods and is told what they hear through `webSocketPlayerHeard` and
 * `socketIoPlayerHeard`.
 */
(() => {
  const webSocketPlayer = {
    socket: null,
    open(name) {
      const query = new URLSearchParams({ game: 'land-grab', name });
      this.socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/websocket?${query}`);
      this.socket.onmessage = ({ data }) => {
        const { type, ...payload } = JSON.parse(data);
        globalThis.webSocketPlayerHeard(type, payload);
      };
    },
    press(word) {
      this.socket.send(word);
    },
    hold(input) {
      this.socket.send(JSON.stringify({ type: 'input', input }));
    },
    say(message) {
      this.socket.send(JSON.stringify({ type: 'message', message }));
    },
    leave() {
      return new Promise((resolve) => {
        this.socket.onclose = () => resolve();
        this.socket.close(1000);
      });
    },
  };

  const socketIoPlayer = {
    socket: null,
    async open(name) {
      const { io } = await import('/socket.io/socket.io.esm.min.js');
      this.socket = io({ auth: { name }, reconnection: false });
      const toldAs = { welcome: 'welcome', game_state_update: 'state', response: 'response', game_error: 'error' };
      for (const [event, type] of Object.entries(toldAs)) {
        this.socket.on(event, (payload) => globalThis.socketIoPlayerHeard(type, payload));
      }
    },
    press(word) {
      this.socket.emit('input', word);
    },
    hold(input) {
      this.socket.emit('input', input);
    },
    say(message) {
      this.socket.emit('message', message);
    },
    ask(event, value) {
      return this.socket.timeout(5_000).emitWithAck(event, value);
    },
    leave() {
      this.socket.disconnect();
    },
  };

  // Loaded once per player: the second time must not replace the first one's.
  globalThis.webSocketPlayer ??= webSocketPlayer;
  globalThis.socketIoPlayer ??= socketIoPlayer;
})();
