/** The public surface of @madang/socketio. */
export { socketIo } from './gateway.ts';
