/**
 * Takes whole quarter turns off an angle without any rounding, for the angles where floating point cannot: those
 * beyond a million turns, and those so close to a multiple of a quarter turn that nearly all their digits cancel.
 * Source: Payne and Hanek, "Radian reduction for trigonometric functions" (1983), on BigInt.
 */

/**
 * 2/π in units of 2^-1216. The largest number has 1024 bits before the point and none comes closer to a multiple of
 * π/2 than 2^-62, so 114 good bits are left in the worst case.
 */
const QUARTERS_PER_RADIAN = BigInt(
  '0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb1' +
    '29a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf' +
    '27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab',
);
const QUARTERS_BITS = 1216n;

/** π/2 in units of 2^-128. */
const QUARTER = 0x1921fb54442d18469898cc51701b839a2n;

/** Bits kept of the part that is no whole quarter: 114 good ones would do below the 62 that can cancel. */
const PART_BITS = 192n;

/** 2^-(128 + 192) */
const LEFT_UNIT = 4.6816763546921983e-97;

const TWO_TO_53 = 9007199254740992;

/**
 * The nearest whole number of quarter turns (modulo four) in an angle, and the radians left over as the sum of two
 * numbers, good to more than 100 bits. `radians` is finite and at least 0.5 in size.
 */
export function exactQuarter(radians: number): { quarters: number; near: number; rest: number } {
  // From 2^53 on a number has no fraction; from 0.5 on its fraction has at most 53 bits.
  const isWhole = Math.abs(radians) >= TWO_TO_53;
  const bits = isWhole ? QUARTERS_BITS : QUARTERS_BITS + 53n;
  const turned = BigInt(isWhole ? radians : radians * TWO_TO_53) * QUARTERS_PER_RADIAN;

  const whole = (turned + (1n << (bits - 1n))) >> bits;
  const part = (turned - (whole << bits)) >> (bits - PART_BITS);
  const left = part * QUARTER;
  const near = Number(left);
  return {
    quarters: Number(BigInt.asUintN(2, whole)),
    near: near * LEFT_UNIT,
    rest: Number(left - BigInt(near)) * LEFT_UNIT,
  };
}
