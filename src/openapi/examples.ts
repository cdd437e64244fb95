/**
 * The examples of the description: for each operation a request and its answer, and the body of each notification.
 * test/openapi/examples.test.ts records them from the Worker and fails when they differ from examples.json.
 */
import recorded from './examples.json' with { type: 'json' };

export interface Example {
  /** The parameters of the path. */
  params: Readonly<Record<string, string>>;
  /** As it stands in the URL, without the question mark. */
  query: string;
  body?: unknown;
  answer: unknown;
}

export const examples = recorded as {
  operations: Readonly<Record<string, Example>>;
  notifications: Readonly<Record<string, unknown>>;
};

/** A value for each parameter of a path: the first that was recorded. */
export const sampleParams: Readonly<Record<string, string>> = Object.assign(
  {},
  ...Object.values(examples.operations)
    .map(({ params }) => params)
    .reverse(),
);
