/**
 * Which web pages may open connections. A browser sends the page's origin and cannot lie about it; without this check
 * any page on the web could play as its visitor. Source: RFC 6455 section 10.2, cross-site WebSocket hijacking.
 */

export interface OriginPolicy {
  /** Origins allowed beside the server's own, such as `https://game.example`. */
  readonly allowedOrigins: readonly string[];
  /** Whether clients that send no origin may connect: programs do not, browsers always do. */
  readonly allowNoOrigin: boolean;
}

/** True when a request with this `Origin` header to this `Host` may connect. `null` and unreadable origins may not. */
export function isOriginAllowed(policy: OriginPolicy, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return policy.allowNoOrigin;
  if (policy.allowedOrigins.includes(origin)) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && originHost.toLowerCase() === host.toLowerCase();
}
