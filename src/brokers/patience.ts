/** Milliseconds that a broker may be silent while it is read, unless a login says otherwise. */
export const usualSilence = 30_000;

/** An answer that keeps coming may take so many times as long as a broker may be silent. */
export const patienceWithSlowness = 10;

/** For sentences: "2.5 seconds". */
export const seconds = (milliseconds: number): string =>
  `${milliseconds / 1000} ${milliseconds === 1000 ? "second" : "seconds"}`;
