/** How much a Socket.IO client has not read yet. The library has no public figure, so its parts are looked at by shape. */

/** Bytes waiting in the engine's own queue and in the WebSocket below it. Answers 0 for shapes it does not know. */
export function unsentBytes(connection: object): number {
  const queue = property(connection, 'writeBuffer');
  const webSocket = property(property(connection, 'transport'), 'socket');
  const buffered = property(webSocket, 'bufferedAmount');
  let bytes = typeof buffered === 'number' ? buffered : 0;
  if (!Array.isArray(queue)) return bytes;
  for (const packet of queue) {
    const data = property(packet, 'data');
    if (typeof data === 'string' || data instanceof Uint8Array) bytes += Buffer.byteLength(data);
  }
  return bytes;
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
