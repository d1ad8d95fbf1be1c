/** Which files are an author's and which are ours or somebody else's. */
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages of ours that games and this command load. Where they are installed they are in `node_modules`; in our repository they are not. */
const OURS = ['@madang/core', '@madang/server', '@madang/socketio'];

/** Answers whether a file is the author's own. */
export function authorsFiles(): (file: string) => boolean {
  const folders = [import.meta.dirname, ...OURS.map((name) => dirname(fileURLToPath(import.meta.resolve(name))))];
  return (file) =>
    !file.includes(`${sep}node_modules${sep}`) && !folders.some((folder) => file.startsWith(`${folder}${sep}`));
}
