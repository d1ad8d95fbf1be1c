/**
 * Short sounds made on the spot, off until somebody asks for them. Notes are of the five-note scale Korean songs use
 * (황 태 중 임 남), so whatever sounds together goes together.
 */

export type Sound = 'stone' | 'press' | 'begin' | 'won' | 'over' | 'hurry' | 'knock';

const SCALE_HZ = [311.13, 349.23, 415.3, 466.16, 523.25, 622.25] as const;

export class Speaker {
  #context: AudioContext | null = null;
  #on = false;

  get on(): boolean {
    return this.#on;
  }

  /** Browsers only let sound begin within a click or a key press; call this from one. */
  turn(on: boolean): void {
    this.#on = on;
    if (!on) return;
    this.#context ??= typeof AudioContext === 'undefined' ? null : new AudioContext();
    void this.#context?.resume();
  }

  play(sound: Sound): void {
    const context = this.#context;
    if (!this.#on || context === null || context.state !== 'running') return;
    const now = context.currentTime;
    switch (sound) {
      case 'stone':
        // A stone on wood: the click of the stone, and the board under it.
        voice(context, now, { type: 'triangle', hz: 1900, lastsS: 0.035, loud: 0.16, bend: 0.5 });
        voice(context, now, { type: 'sine', hz: 240, lastsS: 0.13, loud: 0.26, bend: 0.7 });
        return;
      case 'press':
        voice(context, now, { type: 'sine', hz: 900, lastsS: 0.06, loud: 0.08, bend: 0.6 });
        return;
      case 'hurry':
        voice(context, now, { type: 'sine', hz: 700, lastsS: 0.05, loud: 0.07, bend: 0.9 });
        return;
      case 'knock':
        for (const at of [0, 0.13])
          voice(context, now + at, { type: 'sine', hz: 330, lastsS: 0.1, loud: 0.2, bend: 0.7 });
        return;
      case 'begin':
        for (const [index, hz] of [SCALE_HZ[0], SCALE_HZ[2], SCALE_HZ[4]].entries())
          note(context, now + index * 0.13, hz, 0.3, 0.12);
        return;
      case 'won':
        for (const [index, hz] of [SCALE_HZ[0], SCALE_HZ[2], SCALE_HZ[3], SCALE_HZ[5]].entries())
          note(context, now + index * 0.11, hz, 0.34, 0.12);
        return;
      case 'over':
        note(context, now, SCALE_HZ[3], 0.3, 0.1);
        note(context, now + 0.18, SCALE_HZ[0], 0.5, 0.1);
        return;
      default:
        sound satisfies never;
    }
  }
}

function voice(
  context: AudioContext,
  at: number,
  options: { type: OscillatorType; hz: number; lastsS: number; loud: number; bend?: number },
): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = options.type;
  oscillator.frequency.setValueAtTime(options.hz, at);
  if (options.bend !== undefined)
    oscillator.frequency.exponentialRampToValueAtTime(options.hz * options.bend, at + options.lastsS);
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(options.loud, at + 0.004);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + options.lastsS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + options.lastsS + 0.02);
}

function note(context: AudioContext, at: number, hz: number, lastsS: number, loud: number): void {
  voice(context, at, { type: 'triangle', hz, lastsS, loud });
}
