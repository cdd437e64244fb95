/** The page of the reference: Scalar over the description, with all that it would ask of other hosts turned off. */
import { BASE_PATH } from '../route.ts';

/** @param renderer the folder that Scalar's files are in, next to these. */
export const page = (renderer: string) => ({
  'index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Nettu Scheduler: reference</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${BASE_PATH}/docs/reference.css">
  </head>
  <body>
    <nav class="site" aria-label="Site"><a href="${BASE_PATH}/docs/guides">Guides</a></nav>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. The description that it shows is <a href="${BASE_PATH}/openapi.json">openapi.json</a>.</noscript>
    <script type="module" src="${BASE_PATH}/docs/reference.js"></script>
  </body>
</html>
`,
  // The renderer leaves room for what stands above it.
  'reference.css': `:root {
  --scalar-custom-header-height: 2.25rem;
}
/* The renderer's own grey is too faint to read (WCAG 1.4.3). */
.light-mode {
  --scalar-color-2: #5a5a5a;
  --scalar-color-3: #666;
}
.dark-mode {
  --scalar-color-2: #b4b4b4;
  --scalar-color-3: #a6a6a6;
}
.site {
  position: sticky;
  top: 0;
  z-index: 10;
  height: var(--scalar-custom-header-height);
  padding: 0 1.5rem;
  border-bottom: 1px solid var(--scalar-border-color);
  background: var(--scalar-background-1);
  color: var(--scalar-color-1);
  font: 0.9rem/2.25rem system-ui, sans-serif;
}
.site a {
  color: inherit;
}
`,
  'reference.js': `import { createApiReference } from '${BASE_PATH}/docs/${renderer}/standalone.esm.js';

const server = location.origin + '${BASE_PATH}';
const description = await (await fetch(server + '/openapi.json')).text();
const [{ url, variables }] = JSON.parse(description).servers;

createApiReference('#reference', {
  // The samples name this deployment, so that they run as they are.
  content: description.replaceAll(url.replace('{host}', variables.host.default), server),
  agent: { disabled: true },
  defaultOpenAllTags: false,
  documentDownloadType: 'json',
  hiddenClients: true,
  hideClientButton: true,
  mcp: { disabled: true },
  persistAuth: false,
  showDeveloperTools: 'never',
  showOperationId: true,
  servers: [{ url: server, description: 'This deployment' }],
  telemetry: false,
  withDefaultFonts: false,
});
`,
});
