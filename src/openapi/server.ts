/** Where the API is: a deployment has a host of its own, which the description cannot know. */
import { BASE_PATH } from '../route.ts';

const HOST = 'nettu-scheduler.your-subdomain.workers.dev';

/** The address in the code samples. */
export const SERVER = `https://${HOST}${BASE_PATH}`;

/** The id of the account in the code samples. It is not a secret. */
export const ACCOUNT_ID = '8f14e45f-ceea-467f-a9a0-8e1b0c6d2f35';

export const servers = [
  {
    url: `https://{host}${BASE_PATH}`,
    description: 'Your deployment.',
    variables: {
      host: {
        default: HOST,
        description: 'The host name of the Worker, which `npm run deploy` prints, or your own domain.',
      },
    },
  },
];
