import { createServer } from '@madang/server';
import { socketIo } from '@madang/socketio';
import { tag } from './game.ts';

const server = createServer({ games: [tag], gateways: [socketIo()], port: Number(process.env.PORT ?? 8888) });
const { url } = await server.start();
console.log(`Playing at ${url}`);
