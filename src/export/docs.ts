import type { OperationDocs } from '../operation-docs.ts';

export const docs = {
  exportAccount: {
    tag: 'Account',
    summary: 'Export the account',
    description:
      'Streams everything in the account as JSON Lines. Each line has a `type`. After a broken connection, or where an ' +
      'answer ends in a line `cursor`, go on from the last `cursor`. The last line of a complete export is `end`, with the ' +
      'number of lines of each type; the last line of an export that failed is `problem`. The export holds the hashes of ' +
      "the API keys, and the webhook's key and secret.",
    answer: 'ExportLine',
    lines: true,
    query: 'ExportQuery',
  },
} as const satisfies Record<string, OperationDocs>;
