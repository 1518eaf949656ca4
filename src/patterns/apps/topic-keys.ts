/**
 * Key patterns of a topic exchange, where * is one word and # any number of them, as one regular expression over routing
 * keys: what the broker's topic permissions take. Words may be empty, as they may on the exchange.
 */
export function keysExpression(keys: readonly string[]): string {
  return `^(?:${keys.map(expression).join("|")})$`;
}

function expression(key: string): string {
  // Several # in a row are no more than one.
  const words = key.split(".").filter((word, index, all) => word !== "#" || all[index - 1] !== "#");
  if (words.length === 1 && words[0] === "#") return ".*";
  // The empty key has no word at all, not an empty one.
  const needsWord = key !== "" && words.every((word) => ["", "*", "#"].includes(word)) ? "(?!$)" : "";
  const matches = words.map((word, index) => {
    // Each # brings the dots of its own words, so that none is left over when it stands for no word.
    if (word === "#") return index === 0 ? "(?:[^.]*\\.)*" : "(?:\\.[^.]*)*";
    const dot = index === 0 || (index === 1 && words[0] === "#") ? "" : "\\.";
    return dot + (word === "*" ? "[^.]*" : literal(word));
  });
  return needsWord + matches.join("");
}

const literal = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
