/**
 * The description, the reference that shows it, and the guides: static files of the deployment (dist/assets, see
 * wrangler.toml), so that they weigh nothing in the bundle. They stand below the API, and at the root too.
 */
import { Problem } from '../problem.ts';
import { BASE_PATH } from '../route.ts';
import type { Exchange } from './exchange.ts';

const FILES = new RegExp(`^https?://[^/]+(?:${BASE_PATH})?(/openapi\\.json|/docs(?:/[\\w./-]*)?)(?:\\?|$)`);

/** The reference and the index of the guides are named by their folder, a guide by its name without an extension. */
const FOLDER = /^\/docs(?:\/guides)?\/?$/;
const GUIDE = /^\/docs\/guides\/[\w/-]+$/;

/** In a folder named by its version, so they never change. */
const RENDERER = /^\/docs\/scalar-/;

const everyFile = {
  'access-control-allow-origin': '*',
  'timing-allow-origin': '*',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
};

/**
 * A page gets nothing from another host, and sends nothing there. The renderer of the reference needs inline styles, which
 * can do little where neither images nor fonts nor requests leave this host.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The file that a request asks for; null where it asks for none, or none were deployed.
 *
 * @throws Problem `method-not-allowed`
 */
export async function assetFor({ request, env, trace }: Exchange): Promise<Response | null> {
  const { url, method, headers } = request;
  const { ASSETS } = env;
  const [, path] = FILES.exec(url) ?? [];
  if (!path || !ASSETS) return null;
  if (method !== 'GET' && method !== 'HEAD') {
    const allow = 'GET, HEAD, OPTIONS';
    throw new Problem('method-not-allowed', `This path takes ${allow}.`, { headers: { allow } });
  }
  const file = fileAt(path);
  const found = await ASSETS.fetch(new URL(file, url).href, { method, headers });
  if (!found.ok && found.status !== 304) return null;
  trace.route = file;
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries(everyFile)) answer.headers.set(name, value);
  answer.headers.set('x-request-id', trace.id);
  if (file.endsWith('.html')) answer.headers.set('content-security-policy', contentSecurityPolicy);
  if (RENDERER.test(file)) answer.headers.set('cache-control', 'public, max-age=31536000, immutable');
  return answer;
}

function fileAt(path: string): string {
  if (FOLDER.test(path)) return `${path.replace(/\/$/, '')}/index.html`;
  return GUIDE.test(path) ? `${path}.html` : path;
}
