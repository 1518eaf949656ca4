/**
 * Whether a topic binding takes a routing key: words are separated by dots, * is exactly one word (which may be empty),
 * # any number of them; a wildcard counts only as a whole word. The empty key has no words at all.
 * Source: rabbit_db_topic_exchange.erl.
 */
export function topicMatches(pattern: string, key: string): boolean {
  return match(words(pattern), words(key));
}

const words = (text: string): string[] => (text === "" ? [] : text.split("."));

function match(pattern: string[], key: string[]): boolean {
  // Where the last # was, and how many words it has swallowed so far: enough to go back to, as with * in file names.
  let at = 0;
  let word = 0;
  let hash = -1;
  let swallowed = 0;
  while (word < key.length) {
    if (pattern[at] === "#") {
      hash = at++;
      swallowed = word;
    } else if (at < pattern.length && (pattern[at] === "*" || pattern[at] === key[word])) {
      at++;
      word++;
    } else if (hash !== -1) {
      at = hash + 1;
      word = ++swallowed;
    } else {
      return false;
    }
  }
  while (pattern[at] === "#") at++;
  return at === pattern.length;
}
