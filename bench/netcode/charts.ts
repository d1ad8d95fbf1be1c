/** What the links felt like, as one picture: delays against the round trip, and where they cannot be less. */
import { lineChart } from '../chart.ts';
import type { Link, Played } from './play.ts';

const TICK_MS = 1000 / 30;

export function chart(
  played: readonly { readonly link: Link; readonly figures: Played }[],
): readonly { readonly file: string; readonly svg: string }[] {
  const steady = played.filter(({ link }) => !link.hasStalls);
  const points = (of: (figures: Played, link: Link) => number) =>
    steady.map(({ link, figures }) => ({ x: link.conditions.roundTripMs ?? 0, y: of(figures, link) }));
  const quantile = (values: readonly number[], share: number): number =>
    [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
  return [
    {
      file: 'netcode-delay.svg',
      svg: lineChart({
        title: 'From a key to the state that shows it, and how far back others are drawn',
        subtitle: '30 Hz, links of 0, 50±5, 100±20 and 200±50 ms; virtual time, fixed seeds',
        x: { label: 'round trip (ms)' },
        y: { label: 'delay (ms)' },
        series: [
          { name: 'input to state, median', points: points(({ inputDelaysMs }) => quantile(inputDelaysMs, 0.5)) },
          { name: 'input to state, p99', points: points(({ inputDelaysMs }) => quantile(inputDelaysMs, 0.99)) },
          {
            name: 'others drawn behind, median',
            points: points(({ remoteDelaysMs }) => quantile(remoteDelaysMs, 0.5)),
          },
          {
            name: 'round trip and one tick',
            dashed: true,
            points: points((_, link) => (link.conditions.roundTripMs ?? 0) + TICK_MS),
          },
        ],
      }),
    },
  ];
}
