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
  inspection: Inspection | undefined;
  outcomes: (Outcome | undefined)[];
}
