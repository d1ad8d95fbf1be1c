import { type Connection, connect, openWebSocket } from '@madang/client';
import { fairWeather, weatheredLink } from '@madang/client/weather';

export function fromAfar(roundTripMs: number): Connection {
  const weather = { ...fairWeather(), roundTripMs };
  return connect(undefined, { openLink: weatheredLink(openWebSocket, weather) });
}
