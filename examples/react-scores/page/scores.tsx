/**
 * The board of who holds how much. The rows are made by `select`: sorted, ranked, and only of the fields that are drawn,
 * so a stone that merely walks about renders nothing here, and of those that take ground only their own rows are.
 */
import { useRow, useRows } from '@madang/client/react';
import { memo } from 'react';
import { chalkOf } from './chalk.ts';
import { type Standing, standingsOf } from './standings.ts';
import type { Words } from './words.ts';
import type { YardRoom } from './yard.tsx';

export function Scores({ room, words }: { room: YardRoom | null; words: Words }) {
  const standings = useRows(room, (state) => standingsOf(state.players));
  const me = useRow(room, (_state, { me }) => me && { id: me.id });
  const yard = useRow(room, ({ tiles }) => ({ cells: tiles.width * tiles.height }));
  const most = Math.max(1, standings[0]?.score ?? 1);
  return (
    <section className="scores board" aria-label={words.ground}>
      <h2>{words.ground}</h2>
      <ol id="scores">
        {standings.map((standing) => (
          <Score
            key={standing.id}
            standing={standing}
            of={yard?.cells ?? 1}
            most={most}
            isMine={standing.id === me?.id}
            words={words}
          />
        ))}
      </ol>
    </section>
  );
}

interface ScoreProps {
  readonly standing: Standing;
  /** Cells of the yard. */
  readonly of: number;
  /** Cells of whoever leads. */
  readonly most: number;
  readonly isMine: boolean;
  readonly words: Words;
}

const Score = memo(function Score({ standing, of, most, isMine, words }: ScoreProps) {
  const { name, colour, score, wins, bot, rank } = standing;
  const chalk = chalkOf(colour);
  return (
    <li className={isMine ? 'score mine' : 'score'}>
      <span className="rank">{rank}</span>
      <span className={bot ? 'swatch bot' : 'swatch'} style={{ backgroundColor: chalk }} aria-hidden="true" />
      <span className="name">{name}</span>
      {isMine && <span className="tag">{words.you}</span>}
      {bot && <span className="tag">{words.bot}</span>}
      {wins > 0 && <span className="tag wins">{words.winCount(wins)}</span>}
      <span className="share">{words.share(score / of)}</span>
      <i className="bar-of" style={{ transform: `scaleX(${score / most})`, backgroundColor: chalk }} />
    </li>
  );
});
