/** The state that the token panel shares with its views. */
import type { Inspection, Permission, SigningKey } from '@nettu/scheduler-sdk';
import type { Outcome } from './operations.ts';

export type Choice = 'allow' | 'reject' | 'neither';

export interface TokenState {
  userId: string;
  expiresIn: number;
  kid: string;
  /** The policy for each permission, `*` included. */
  choices: Map<Permission, Choice>;
  token: string;
  keys: SigningKey[];
  /** undefined while it is under way; null where the service does not take the text as a token. */
  inspection: Inspection | null | undefined;
  outcomes: (Outcome | undefined)[];
}
