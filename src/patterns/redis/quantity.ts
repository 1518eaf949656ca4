import { sizeToBytes } from "../../topology/units.ts";

const units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * A size as Kubernetes gives it back: 1024Mi is 1Gi, 1536Mi stays. Written otherwise it would look changed after every
 * read, and the size of a volume that looks changed replaces the StatefulSet. The text has a unit and is not zero.
 */
export function canonicalQuantity(size: string): string {
  let amount = sizeToBytes(size);
  let unit = 0;
  while (amount % 1024 === 0 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount}${units[unit]}`;
}
