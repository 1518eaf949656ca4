/** A list of cleanup policies as a topology compiles it: its order, which the broker keeps, means nothing. */
export const cleanupPolicy = (text: string): string =>
  text
    .split(",")
    .map((one) => one.trim())
    .toSorted()
    .join(",");
