/** Who may ask: a bearer token, and no other web site through a visitor's browser. */
import { createHash, timingSafeEqual } from "node:crypto";
import { inputError } from "../../domain/errors.ts";

/**
 * Whether the request brings the token; the time it takes says nothing of how much of it was right.
 * @throws PlimsollError `UNAUTHORIZED`
 */
export function checkToken(request: Request, token: string): void {
  const header = request.headers.get("authorization") ?? "";
  const given = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  // Digests are of one length, whatever was sent.
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return;
  throw inputError(
    "UNAUTHORIZED",
    given === undefined ? "a bearer token is needed" : "the bearer token is not the right one",
    {
      object: "request",
      field: "Authorization",
      value: given === undefined ? "(absent)" : "(hidden)",
      hint: "Send Authorization: Bearer TOKEN with the token that the server was started with.",
    },
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * A server on the loopback address is reached by any web page its user visits; browsers say when it is another site's.
 * @throws PlimsollError `CROSS_SITE`
 */
export function checkSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (request.method === "GET" || request.method === "HEAD" || (site !== "cross-site" && site !== "same-site")) return;
  throw inputError("CROSS_SITE", "requests by another web site's page are not answered", {
    object: "request",
    field: "Sec-Fetch-Site",
    value: site,
    hint: "Call from a program, or from the page that this server serves.",
  });
}
