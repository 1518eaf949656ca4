/**
 * What a server says, without the secrets that it was sent: some repeat the whole request. They are found as they are,
 * percent-encoded, escaped as JSON and in base64.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString("base64"),
    ])
    .filter((form) => form !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "***"), text);
}
