/** The credentials of the API, and the ones that each door takes. */
import type { Door } from '../route.ts';
import { ACCOUNT_ID } from './server.ts';

export const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description:
      "The account's API key, such as `sk_…`. It grants full access to the account, so keep it in your backend.",
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      "A user's token: a JWT that your backend signs with RS256. Its claim `schedulerPolicy` lists the permissions. Send the " +
      "account's id with it, in the header `nettu-account`.",
  },
  account: {
    type: 'apiKey',
    in: 'header',
    name: 'nettu-account',
    description: `The id of the account, such as \`${ACCOUNT_ID}\`. It is not a secret.`,
  },
} as const;

type Requirement = Partial<Record<keyof typeof securitySchemes, []>>;

const account: Requirement = { apiKey: [] };
const user: Requirement = { token: [], account: [] };

/** A request satisfies all parts of one of these requirements. */
export const security: Record<Door, Requirement[]> = {
  admin: [account],
  user: [user],
  both: [account, user],
  anyone: [account, user, { account: [] }],
  public: [],
  feed: [],
};
