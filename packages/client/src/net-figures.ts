/** What the network does to a player, as its client measures it: for overlays, for support, for tests. */
export interface NetFigures {
  /** From an input to the server and back, without what the server held it for; 0 until it was measured. */
  readonly roundTripMs: number;
  /** The standard deviation of the time states take to arrive. */
  readonly jitterMs: number;
  /** How long before its tick the worst of the last inputs arrived; negative where it was late. */
  readonly marginMs: number;
  /** How far this client plays ahead of the newest state it could have, in ticks. */
  readonly inputLeadTicks: number;
  /** How fast its own time goes, 0.9 to 1.1: other than 1 while it is steered. */
  readonly speed: number;
  /** How far in the past others are drawn, behind the newest state. */
  readonly interpolationDelayMs: number;
  /** The newest state's tick, the tick others are drawn at, and the tick that is played: own rows are on their way to it. */
  readonly stateTick: number;
  readonly viewTick: number;
  readonly predictedTick: number;
  /** States that showed another avatar than was predicted, since the join and in the last minute. */
  readonly corrections: number;
  readonly correctionsPerMinute: number;
  /** How far off the last of them was, in the steps of the field that was furthest off. */
  readonly predictionErrorSteps: number;
  /** How much of past errors is still to be seen, in the same steps. */
  readonly visibleErrorSteps: number;
  /** Inputs that came after their tick. */
  readonly lateInputs: number;
  /** Whole states that came since the join, the first one included. */
  readonly snapshots: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
