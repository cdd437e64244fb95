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
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. The description that it shows is <a href="${BASE_PATH}/openapi.json">openapi.json</a>.</noscript>
    <script type="module" src="${BASE_PATH}/docs/reference.js"></script>
  </body>
</html>
`,
  'reference.js': `import { createApiReference } from '${BASE_PATH}/docs/${renderer}/standalone.esm.js';

createApiReference('#reference', {
  url: '${BASE_PATH}/openapi.json',
  agent: { disabled: true },
  defaultOpenAllTags: false,
  documentDownloadType: 'json',
  hideClientButton: true,
  mcp: { disabled: true },
  persistAuth: false,
  showDeveloperTools: 'never',
  showOperationId: true,
  telemetry: false,
  withDefaultFonts: false,
});
`,
});
