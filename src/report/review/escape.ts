/**
 * Names come from whoever opened the pull request. Everything that Markdown, HTML or GitHub would read as more than text
 * becomes an entity, which means the same in Markdown, in an HTML block and inside `<code>`.
 */
export function escaped(text: string): string {
  return (
    entities(text)
      // GitHub links mentions and issue numbers in the finished text, where entities don't help: nobody shall be called.
      .replace(/(&#64;|&#35;)(?=\w)/g, "$1&#8203;")
      .replace(/\bGH-(?=\d)/gi, "$&&#8203;")
  );
}

/** The same as code: GitHub links nothing in there, so the name can be copied as it is. */
export const code = (text: string): string => `<code>${entities(text)}</code>`;

function entities(text: string): string {
  return onOneLine(text)
    .replace(/[\\`*_{}[\]<>#|~&@$!^="']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/:(?=\S)/g, "&#58;")
    .replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}&#46;`);
}

export const onOneLine = (text: string): string => harmless(text.replace(/\s+/g, " "));

/** Control characters and those that turn the direction of writing could make a line read as something else. */
export function harmless(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these are the characters to make harmless
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, "·")
  );
}

/** Every text in a value, made harmless. */
export function harmlessTexts<T>(value: T): T {
  if (typeof value === "string") return harmless(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => harmlessTexts(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [harmless(key), harmlessTexts(inner as unknown)]),
  ) as T;
}

/** A fenced block that its content can't close. */
export function fenced(language: string, content: string): string {
  const lines = content.split(/\r\n|[\r\n\u2028\u2029]/).map((line) => {
    const [indent = ""] = /^ */.exec(line) ?? [];
    return `${indent}${onOneLine(line.slice(indent.length))}`.trimEnd();
  });
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${lines.join("\n")}\n${fence}`;
}
