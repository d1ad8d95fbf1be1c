/** `useConnection`: the way to a server, the same object for as long as the address is the same. */
import { type Connection, type ConnectOptions, connect } from '../connection.ts';
import { useKept } from './kept.ts';

/**
 * `connect(url, options)` for components. Opens nothing: `useRoom` does. Without a url it is the server that the page came
 * from, looked up when it is first needed, so that pages can also be rendered on a server. The options are those of the
 * first rendering with this url.
 */
export function useConnection(url?: string, options?: ConnectOptions): Connection {
  return useKept([url], () => connectLater(url, options));
}

function connectLater(url: string | undefined, options: ConnectOptions | undefined): Connection {
  let connection: Connection | null = null;
  const connected = (): Connection => {
    connection ??= connect(url, options);
    return connection;
  };
  return {
    get url() {
      return connected().url;
    },
    join: (game, wish) => connected().join(game, wish),
    create: (game, wish) => connected().create(game, wish),
  };
}
