const milliseconds: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytes: Record<string, number> = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

export const durationPattern = "^[0-9]+(ms|s|m|h|d)$";
export const sizePattern = "^[0-9]+(Ki|Mi|Gi|Ti)?$";

/** "10m" to milliseconds. The text has passed `durationPattern`. */
export function durationToMilliseconds(text: string): number {
  const [, count, unit] = /^([0-9]+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(count) * milliseconds[unit!]!;
}

/** "512Mi" to bytes. The text has passed `sizePattern`; a bare number is bytes. */
export function sizeToBytes(text: string | number): number {
  const [, count, unit] = /^([0-9]+)(Ki|Mi|Gi|Ti)?$/.exec(String(text)) ?? [];
  return Number(count) * bytes[unit ?? ""]!;
}
