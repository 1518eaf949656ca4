/** The controller refuses a request that would write more than 10,000 records at once. */
const recordsPerRequest = 9000;

/** Splits a list so that the weights in each part stay below what one request may write; one heavy item goes alone. */
export function batches<T>(items: readonly T[], weight: (item: T) => number): T[][] {
  const result: T[][] = [];
  let open: T[] = [];
  let filled = 0;
  for (const item of items) {
    const added = weight(item);
    if (open.length > 0 && filled + added > recordsPerRequest) {
      result.push(open);
      open = [];
      filled = 0;
    }
    open.push(item);
    filled += added;
  }
  if (open.length > 0) result.push(open);
  return result;
}
