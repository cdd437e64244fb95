import type { OperationDocs } from '../operation-docs.ts';

export const docs = {
  exportAccount: {
    tag: 'Account',
    summary: 'Export the account',
    description:
      'Streams all data of the account as JSON Lines. Each line has a `type`. If the connection breaks, or the last line ' +
      'has the type `cursor`, request the rest with the last `cursor` that you received. A complete export ends with a ' +
      'line of the type `end`, which counts the lines of each type; a failed one ends with a line of the type `problem`. ' +
      'An account has one export at a time: a newer one ends an older one, whose `problem` has the code `export-replaced`. ' +
      "Keep the export secret: it contains the hashes of the API keys, and the webhook's key and secret.",
    sdk: 'account.export()',
    answer: 'ExportLine',
    lines: true,
    query: 'ExportQuery',
  },
} as const satisfies Record<string, OperationDocs>;
