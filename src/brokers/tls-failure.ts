/** What people can do about TLS, which depends on where an endpoint is written down. */
export interface TlsAdvice {
  /** How to trust an authority of one's own. */
  readonly authority: string;
  /** What to do where nobody speaks TLS. */
  readonly plain: string;
  /** What to do where a server wants to see a certificate of ours. */
  readonly client: string;
}

/** What the code of an error says about TLS on the way to `place`; undefined for an error of another kind. */
export function tlsFailure(place: string, code: string, advice: TlsAdvice): string | undefined {
  if (code === "CERT_HAS_EXPIRED")
    return `The certificate of ${place} has expired (${code}), so nobody can tell who answers there. Renew it.`;
  if (code === "CERT_NOT_YET_VALID")
    return `The certificate of ${place} is not valid yet (${code}). Check the clocks of both machines.`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `The certificate of ${place} is for another name (${code}), so it may be another server. Write the name that the certificate is for into the endpoint, or have it made for this one.`;
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)$/.test(code))
    return `${place} wants to see a certificate of the client that it trusts (${code}). ${advice.client}`;
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return `${place} doesn't speak TLS as it should (${code}). ${advice.plain}`;
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return `The certificate of ${place} is not trusted (${code}). ${advice.authority}`;
  return undefined;
}
