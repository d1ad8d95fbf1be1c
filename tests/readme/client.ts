import { connect } from '@madang/client';
import { tag } from './game.ts';

const room = await connect('http://localhost:8888').join(tag, { name: 'Jimin' });
room.input({ dir: 'right' });
room.on('tagged', ({ by }) => console.log(room.state.players.get(by)?.name, 'tagged somebody'));
room.onState((tick) => console.log(tick, room.me?.x));
