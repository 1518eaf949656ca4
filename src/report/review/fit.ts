/** A piece of a text that may get too long. */
export interface Block {
  readonly full: string;
  /** What remains of it where there is no room. */
  readonly short: string;
}

/**
 * As many blocks as fit into `room` bytes, in their order: in full up to two thirds of it, then in short. `shown` says how
 * many there are; a hundred bytes are kept for saying how many are not.
 */
export function fit(blocks: readonly Block[], room: number): { text: string; shown: number } {
  const all = blocks.map(({ full }) => full).join("");
  if (Buffer.byteLength(all) <= room) return { text: all, shown: blocks.length };
  let text = "";
  let used = 0;
  let full = true;
  for (const [index, block] of blocks.entries()) {
    const size = Buffer.byteLength(block.full);
    full &&= used + size <= (room * 2) / 3;
    const piece = full ? block.full : block.short;
    used += Buffer.byteLength(piece);
    if (used > room) return { text, shown: index };
    text += piece;
  }
  return { text, shown: blocks.length };
}
