/** What a library wrote as JSON. Anybody may have put something else there: that is then the content, as a text. */
export function contentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The same for what is an object wherever a library wrote it; without fields for anything else. */
export function optionsOf(text: string): Record<string, unknown> {
  const found = contentOf(text);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : {};
}
