/**
 * Short sounds made on the spot, off until somebody asks for them. Notes are of the five-note scale Korean songs use
 * (황 태 중 임 남), so whatever sounds together goes together.
 */

export type Sound = 'step' | 'catch' | 'loss' | 'start' | 'over' | 'press';

const SCALE_HZ = [311.13, 349.23, 415.3, 466.16, 523.25, 622.25, 698.46, 830.61, 932.33] as const;

export class Speaker {
  #context: AudioContext | null = null;
  #on = false;
  #lastMs = 0;

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

  /** `size` is how many cells were caught; larger catches climb higher. */
  play(sound: Sound, size = 1): void {
    const context = this.#context;
    if (!this.#on || context === null || context.state !== 'running') return;
    const now = context.currentTime;
    switch (sound) {
      case 'step':
        // A woodblock a tick is company, several at once are noise.
        if (now * 1000 - this.#lastMs < 80) return;
        this.#lastMs = now * 1000;
        block(context, now, 620, 0.05);
        return;
      case 'catch': {
        const notes = Math.min(SCALE_HZ.length, 3 + Math.floor(Math.log2(Math.max(1, size))));
        for (let index = 0; index < notes; index += 1)
          note(context, now + index * 0.055, SCALE_HZ[index] ?? 440, 0.16, 0.12);
        return;
      }
      case 'loss':
        note(context, now, SCALE_HZ[1], 0.14, 0.09);
        note(context, now + 0.09, SCALE_HZ[0], 0.2, 0.08);
        return;
      case 'start':
        for (const [index, hz] of [SCALE_HZ[2], SCALE_HZ[4], SCALE_HZ[7]].entries())
          note(context, now + index * 0.13, hz, 0.3, 0.13);
        return;
      case 'over':
        gong(context, now);
        return;
      case 'press':
        block(context, now, 900, 0.08);
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
  gain.gain.exponentialRampToValueAtTime(options.loud, at + 0.008);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + options.lastsS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + options.lastsS + 0.02);
}

function block(context: AudioContext, at: number, hz: number, loud: number): void {
  voice(context, at, { type: 'sine', hz, lastsS: 0.06, loud, bend: 0.6 });
}

function note(context: AudioContext, at: number, hz: number, lastsS: number, loud: number): void {
  voice(context, at, { type: 'triangle', hz, lastsS, loud });
}

/** The 징, the large gong that ends a round of anything on a Korean yard: a low swell with beating partials. */
function gong(context: AudioContext, at: number): void {
  for (const [hz, loud] of [
    [98, 0.2],
    [99.4, 0.16],
    [196.8, 0.07],
    [271, 0.035],
  ] as const) {
    voice(context, at, { type: 'sine', hz, lastsS: 2.6, loud, bend: 0.985 });
  }
}
