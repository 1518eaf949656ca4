/**
 * Text for people, with what looks like a secret in clear made unreadable: values of keys such as password, and the
 * password of a URL. References such as `${secret:NAME}` stay.
 */
export function masked(text: string): string {
  return (
    text
      .replace(
        /(?<!\$\{)((?:password(?:_hash)?|passwd|passphrase|secret|token|requirepass|masterauth|key-file-pass)["']?\s*[:=]\s*)(?!["']?\$\{)("[^"]*"?|'[^']*'?|[^\s,}\]]+)/gi,
        "$1***",
      )
      // A user of redis.conf: >password or #hash.
      .replace(/\buser["']?\s*:[^\n]*/gi, (line) => line.replace(/(?<=\s)[>#][^\s"',}]+/g, "***"))
      .replace(/(\w:\/\/[^\s:/@]*:)[^\s/@]+@/g, "$1***@")
  );
}
