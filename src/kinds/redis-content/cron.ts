interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** What may stand beside numbers. */
  readonly special?: RegExp;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const fields: readonly Field[] = [
  { name: "second", least: 0, most: 59 },
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31, special: /^[L?]$/ },
  { name: "month", least: 1, most: 12, names: months },
  { name: "day of the week", least: 0, most: 7, names: days, special: /^([0-7]L|\?)$/ },
];
const nicknames = new Set(["@yearly", "@monthly", "@weekly", "@daily", "@hourly"]);

/**
 * Why Bull's and BullMQ's parsers (cron-parser 4 and 5) would not take a cron expression, or never find a time for it;
 * undefined when they do. Five fields, or six with seconds first. Fewer, which the parsers fill up by guessing, and what
 * only one of the two takes are wrong here too.
 */
export function cronProblem(expression: string): string | undefined {
  if (nicknames.has(expression)) return undefined;
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== 5 && texts.length !== 6)
    return `it has ${texts.length} ${texts.length === 1 ? "field" : "fields"}, not five (minute hour day month weekday) or six (with seconds first)`;
  const used = fields.slice(fields.length - texts.length);
  const problem = used.map((field, index) => fieldProblem(field, texts[index]!)).find((found) => found);
  return problem ?? dayProblem(texts.at(-3)!, texts.at(-2)!, texts.at(-1)!);
}

function fieldProblem(field: Field, text: string): string | undefined {
  // The third Monday: only one, and nothing beside it.
  const [, ordinary = text, nth] = (field.names === days && /^([^#]*)#(.*)$/.exec(text)) || [];
  if (nth !== undefined && (!/^[1-5]$/.test(nth) || !/^[0-7a-z]+$/i.test(ordinary)))
    return `"${text}" is no ${field.name}: after one day and # comes which of the month, 1 to 5`;
  const seen = new Set<string | number>();
  for (const element of ordinary.split(",")) {
    const values = valuesOf(field, element);
    if (!values) return `"${element}" is no ${field.name}, which goes from ${field.least} to ${field.most}`;
    const twice = values.find((value) => seen.has(value));
    if (twice !== undefined) return `"${text}" has the ${field.name} ${twice} twice`;
    for (const value of values) seen.add(value);
  }
  return undefined;
}

/** What one element of a list stands for; undefined when it is none. */
function valuesOf(field: Field, element: string): (string | number)[] | undefined {
  if (field.special?.test(element)) return element === "?" ? valuesOf(field, "*") : [element];
  const [range = "", step, ...more] = element.split("/");
  if (more.length > 0 || (step !== undefined && !/^0*[1-9][0-9]*$/.test(step))) return undefined;
  const ends =
    range === "*" ? [field.least, field.most] : range.split("-").map((end) => numberOf(field, end));
  const [first, last = step === undefined ? first : field.most] = ends;
  if (
    ends.length > 2 ||
    ends.includes(undefined) ||
    first === undefined ||
    last === undefined ||
    first > last
  )
    return undefined;
  const count = Math.floor((last - first) / Number(step ?? 1)) + 1;
  const values = Array.from({ length: count }, (_, index) => first + index * Number(step ?? 1));
  // Sunday is 0 and 7.
  return field.names === days ? [...new Set(values.map((value) => value % 7))] : values;
}

function numberOf({ names, least, most }: Field, text: string): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named !== -1) return named + least;
  const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}

function numbersIn(field: Field, text: string): number[] {
  const values = text.split(",").flatMap((element) => valuesOf(field, element) ?? []);
  return values.filter((value) => typeof value === "number");
}

/** February 30. */
function dayProblem(day: string, month: string, weekday: string): string | undefined {
  const among = numbersIn(fields[4]!, month);
  // In several months, a weekday is enough for a time to be found.
  if (among.length > 1 && weekday !== "*" && weekday !== "?") return undefined;
  const first = Math.min(...numbersIn(fields[3]!, day));
  const longest = Math.max(...among.map((one) => longestMonths[one - 1]!));
  return first !== Infinity && first > longest ? `month ${month} has no day ${first}` : undefined;
}
