/** The two kinds of credentials, and which of them each door takes. */
import type { Door } from '../route.ts';

export const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description:
      "The account's API key, `sk_…`. It may do everything in its account: it is for servers alone.",
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      "A user's token: a JWT that the account's server signed with RS256, and whose `schedulerPolicy` says what its " +
      "bearer may do. The account's id goes with it.",
  },
  account: {
    type: 'apiKey',
    in: 'header',
    name: 'nettu-account',
    description: 'The id of the account. It is no secret.',
  },
} as const;

type Requirement = Partial<Record<keyof typeof securitySchemes, []>>;

const server: Requirement = { apiKey: [] };
const user: Requirement = { token: [], account: [] };

/** One of these will do; what stands in one goes together. */
export const security: Record<Door, Requirement[]> = {
  admin: [server],
  user: [user],
  both: [server, user],
  anyone: [server, user, { account: [] }],
  public: [],
};
