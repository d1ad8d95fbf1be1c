/**
 * Loaded before the server by `npm start`. The server runs in a process group of its own, so whoever kills the whole
 * group of `npm start` misses it; when the starter vanishes, the server goes in the same hard way and frees its port.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The channel alone must not keep a server alive that has finished its work.
process.channel?.unref();
