/**
 * Short sounds made on the spot, off until somebody asks for them. What happens far away is softer, and to the side it
 * happens on.
 */

export type Sound =
  | 'shot'
  | 'hit'
  | 'hurt'
  | 'destroyed'
  | 'burst'
  | 'bolt'
  | 'picked'
  | 'back'
  | 'start'
  | 'over'
  | 'press';

/** The five-note scale of Korean songs (황 태 중 임 남): whatever sounds together goes together. */
const SCALE_HZ = [311.13, 349.23, 415.3, 466.16, 523.25, 622.25, 698.46, 830.61] as const;

/** Where something sounds: 0 loud is silence, -1 left to 1 right. */
export interface From {
  readonly loud: number;
  readonly side: number;
}

const HERE: From = { loud: 1, side: 0 };

export class Speaker {
  #context: AudioContext | null = null;
  #noise: AudioBuffer | null = null;
  #on = false;
  readonly #lastS = new Map<Sound, number>();

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

  play(sound: Sound, from: From = HERE): void {
    const context = this.#context;
    if (!this.#on || context === null || context.state !== 'running' || from.loud < 0.03) return;
    const now = context.currentTime;
    // Ten of a kind at once are noise.
    if (now - (this.#lastS.get(sound) ?? 0) < 0.035) return;
    this.#lastS.set(sound, now);
    const out = outputOf(context, from);
    switch (sound) {
      case 'shot':
        return tone(context, out, now, { type: 'square', hz: 980, bend: 0.28, lastsS: 0.085, loud: 0.05 });
      case 'bolt':
        tone(context, out, now, { type: 'sawtooth', hz: 150, bend: 2.6, lastsS: 0.22, loud: 0.09 });
        return;
      case 'hit':
        return tone(context, out, now, { type: 'triangle', hz: 1660, bend: 0.7, lastsS: 0.06, loud: 0.08 });
      case 'hurt':
        return this.#rumble(context, out, now, { hz: 900, lastsS: 0.12, loud: 0.14 });
      case 'burst':
        return this.#rumble(context, out, now, { hz: 620, lastsS: 0.4, loud: 0.3 });
      case 'destroyed':
        tone(context, out, now, { type: 'sine', hz: 170, bend: 0.22, lastsS: 0.6, loud: 0.3 });
        return this.#rumble(context, out, now, { hz: 1100, lastsS: 0.75, loud: 0.34 });
      case 'picked':
        return notes(context, out, now, [SCALE_HZ[4], SCALE_HZ[7]], 0.06);
      case 'back':
        return notes(context, out, now, [SCALE_HZ[0], SCALE_HZ[3], SCALE_HZ[5]], 0.07);
      case 'start':
        return notes(context, out, now, [SCALE_HZ[2], SCALE_HZ[4], SCALE_HZ[7]], 0.13);
      case 'over':
        return notes(context, out, now, [SCALE_HZ[7], SCALE_HZ[4], SCALE_HZ[2], SCALE_HZ[0]], 0.16);
      case 'press':
        return tone(context, out, now, { type: 'sine', hz: 700, bend: 0.7, lastsS: 0.05, loud: 0.08 });
      default:
        sound satisfies never;
    }
  }

  #rumble(
    context: AudioContext,
    out: AudioNode,
    at: number,
    { hz, lastsS, loud }: { hz: number; lastsS: number; loud: number },
  ): void {
    this.#noise ??= noiseOf(context);
    const source = context.createBufferSource();
    const filter = context.createBiquadFilter();
    source.buffer = this.#noise;
    filter.type = 'lowpass';
    filter.frequency.setValueAtTime(hz, at);
    filter.frequency.exponentialRampToValueAtTime(60, at + lastsS);
    source
      .connect(filter)
      .connect(fadeOf(context, at, lastsS, loud))
      .connect(out);
    source.start(at);
    source.stop(at + lastsS + 0.02);
  }
}

function outputOf(context: AudioContext, { loud, side }: From): AudioNode {
  const gain = context.createGain();
  const pan = context.createStereoPanner();
  gain.gain.value = loud;
  pan.pan.value = Math.max(-1, Math.min(1, side));
  gain.connect(pan).connect(context.destination);
  return gain;
}

function tone(
  context: AudioContext,
  out: AudioNode,
  at: number,
  { type, hz, bend, lastsS, loud }: { type: OscillatorType; hz: number; bend: number; lastsS: number; loud: number },
): void {
  const oscillator = context.createOscillator();
  oscillator.type = type;
  oscillator.frequency.setValueAtTime(hz, at);
  oscillator.frequency.exponentialRampToValueAtTime(hz * bend, at + lastsS);
  oscillator.connect(fadeOf(context, at, lastsS, loud)).connect(out);
  oscillator.start(at);
  oscillator.stop(at + lastsS + 0.02);
}

function notes(context: AudioContext, out: AudioNode, at: number, pitches: readonly number[], apartS: number): void {
  for (const [index, hz] of pitches.entries()) {
    tone(context, out, at + index * apartS, { type: 'triangle', hz, bend: 1, lastsS: 0.24, loud: 0.11 });
  }
}

function fadeOf(context: AudioContext, at: number, lastsS: number, loud: number): GainNode {
  const gain = context.createGain();
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(loud, at + 0.006);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + lastsS);
  return gain;
}

function noiseOf(context: AudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index++) samples[index] = Math.random() * 2 - 1;
  return buffer;
}
