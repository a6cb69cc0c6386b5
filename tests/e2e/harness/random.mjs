// Randomness that a seed decides, so that a failed run can be had again.

/** Numbers from 0 up to and without 1 (mulberry32): the same seed gives the same ones. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of `choices`. */
export const pick = (next, choices) => choices[Math.floor(next() * choices.length)];
